import type { JsonSchema } from './json-schema.js';
import { ageClass, anyOf, borough, closed, date, instant, reasonFamily, uuid } from './schema-parts.js';

const reasonCode: JsonSchema = { type: 'string', pattern: '^[A-Z_]{3,40}$' };
/** An id or persona of a member of staff: no free text. */
const staff: JsonSchema = { type: 'string', pattern: '^[A-Za-z0-9-]{3,64}$' };

/** The record has left the list; what it held is kept until the waiting time is over (DPA 2018 s.39(2)). */
export const entryRemoved = closed({ reasonCode, removedBy: staff, ageClass });

const restrictionId = uuid;
/** Skeleton of a restriction that begins: which one, so that of several each is lifted by itself (DPA 2018 s.47(2)). */
export const restrictionBegun = closed({ borough, reasonFamily, restrictionId });
export const processingRestricted = closed({ ground: reasonCode, restrictedBy: staff, reviewBy: date });
/** Skeleton of a restriction that ends. */
export const restrictionEnded = closed({ borough, restrictionId });
export const restrictionLifted = closed({ reasonCode, liftedBy: staff });

/** Skeleton of a request to erase: why in coarse words, and under which duty. */
export const erasureRequested = closed({
  borough,
  reasonFamily,
  legalBasis: anyOf(['DPA_2018_S39_2', 'DPA_2018_S47_1', 'SYSTEM_DECOMMISSION']),
});
/** Skeleton of a cancelled erasure: the two people who lifted the fence. */
export const erasureCancelled = closed({
  borough,
  cancelledBy: { type: 'array', items: staff, minItems: 2, maxItems: 2, uniqueItems: true },
});
/** Skeleton of a destroyed key: the vault's receipt. */
export const subjectKeyDestroyed = closed({
  borough,
  dekVersions: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, uniqueItems: true },
  destroyedAt: instant,
});
