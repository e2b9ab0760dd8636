import type { NotRecorded } from '@probity/domain';
import type { JsonSchema } from './json-schema.js';
import {
  ageClass,
  anyOf,
  borough,
  closed,
  codes,
  count,
  date,
  instant,
  optionalDate,
  optionalInstant,
  optionalText,
  points,
  reasonFamily,
  sha256,
  text,
  uuid,
} from './schema-parts.js';

/** Stands in an upcast event for a fact that its own version did not hold. */
export const NOT_RECORDED: NotRecorded = 'NOT_RECORDED';

/** `readOnly`: an upcaster may leave it, a writer may not put it there (see validation.ts). */
function orNotRecorded(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { const: NOT_RECORDED, readOnly: true }] };
}

const harmRole = anyOf(['SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER']);
const band = anyOf(['RED', 'AMBER', 'GREEN']);

const grade: JsonSchema = {
  oneOf: [
    closed({
      scheme: { const: '3x5x2' },
      source: anyOf([1, 2, 3]),
      information: anyOf(['A', 'B', 'C', 'D', 'E']),
      handling: anyOf(['P', 'C']),
      conditions: { type: 'array', items: anyOf(['A1', 'A2', 'A3', 'S1', 'S2']) },
    }),
    closed({
      scheme: { const: '5x5x5' },
      source: anyOf(['A', 'B', 'C', 'D', 'E']),
      information: anyOf([1, 2, 3, 4, 5]),
      handling: anyOf([1, 2, 3, 4, 5]),
    }),
  ],
};

const evidenceItem = closed({
  evidenceId: uuid,
  kind: { type: 'string', pattern: '^[A-Z_]{3,40}$' },
  basis: anyOf(['FACT', 'ASSESSMENT']),
  sourceRef: text,
  rootOriginId: text,
  originOrg: text,
  sourceClass: anyOf(['POLICE', 'PARTNER', 'COMMUNITY', 'COURT']),
  grade,
  eventDate: date,
  receivedAt: date,
  submittedBy: text,
  verifiedBy: optionalText,
  about: anyOf(['violence', 'weapon', 'nexus', 'victim']),
  matter: { type: ['string', 'null'], pattern: '^[A-Z_]{3,40}$' },
  lawfullyObtained: { type: 'boolean' },
});

const evidence: JsonSchema = { type: 'array', items: evidenceItem };
const evidenceIds: JsonSchema = { type: 'array', items: uuid };
const scoreLines: JsonSchema = {
  type: 'array',
  items: closed({
    evidenceId: uuid,
    matter: { type: ['string', 'null'], pattern: '^[A-Z_]{3,40}$' },
    weight: points,
    factor: { type: 'number', minimum: 0, maximum: 1 },
    points,
    why: { type: 'string', pattern: '^[A-Z_]{3,40}$' },
  }),
};
const age = { ageClass, nextAgeBoundary: optionalDate };
const scored = { score: points, scoreLines };

const groupRead: JsonSchema = {
  oneOf: [{ type: 'null' }, closed({ id: uuid, version: { type: 'integer', minimum: 1 } })],
};

/** Skeleton of events that say nothing but where. */
export const boroughOnly = closed({ borough });
/** Skeleton of events with a coarse family of reasons. */
export const boroughAndFamily = closed({ borough, reasonFamily });
/** Names, date of birth and the borough's own reference. */
export const identity = closed({ familyName: text, givenName: text, dateOfBirth: date, localRef: text });
/** Protected characteristics, for statistics alone. */
export const equality = closed({
  sex: optionalText,
  birthYear: { type: 'integer', minimum: 1850, maximum: 2200 },
  ethnicitySelf: optionalText,
  ethnicityOfficer: optionalText,
});

export const entryProposed = closed({
  role: harmRole,
  ...age,
  evidence,
  group: groupRead,
  inCustody: { type: 'boolean' },
  proposedBy: text,
  waitingFor: codes,
  decideBy: instant,
  ...scored,
  band: anyOf(['RED', 'AMBER', 'GREEN', null]),
});

const decided = {
  role: harmRole,
  band,
  ...scored,
  countedEvidence: evidenceIds,
  ...age,
  childAuthority: optionalText,
};

/** Since version 2 of both entries: the group that the decision read, as the proposal names its own. */
const decidedByGroup = { ...decided, group: orNotRecorded(groupRead) };

const asserted = {
  assertedApprovedBy: text,
  inCustody: { type: 'boolean' },
  attestBy: instant,
  reviewDue: instant,
  criteriaHoldUntil: optionalInstant,
};

export const legacyEntryAssertedV1 = closed({ ...decided, ...asserted });
export const legacyEntryAsserted = closed({ ...decidedByGroup, ...asserted });

const approved = {
  approvedBy: text,
  attestationHash: sha256,
  notification: {
    oneOf: [
      closed({ decision: { const: 'NOTIFY' } }),
      closed({ decision: { const: 'RESTRICT' }, ground: text, reviewBy: date }),
    ],
  },
  inCustody: { type: 'boolean' },
  reviewDue: instant,
  criteriaHoldUntil: optionalInstant,
};

export const entryApprovedV1 = closed({ ...decided, ...approved });
export const entryApproved = closed({ ...decidedByGroup, ...approved });

export const entryRejected = closed({
  reasonCode: { type: 'string', pattern: '^[A-Z_]{3,40}$' },
  rejectedBy: text,
});

export const groupDesignated = closed({
  name: text,
  designatedOn: date,
  qualifyingMembers: count,
  designatedBy: text,
});

export const groupAudited = closed({ auditedOn: date, qualifyingMembers: count, auditedBy: text });

const vulnerabilityDegree = anyOf(['HIGH', 'STANDARD']);

const registered = {
  role: anyOf(['VICTIM', 'AT_RISK']),
  ...age,
  evidence,
  countedEvidence: evidenceIds,
  registeredBy: text,
  inCustody: { type: 'boolean' },
  reviewDue: instant,
  criteriaHoldUntil: optionalInstant,
};

export const entryRegisteredV1 = closed({ ...registered, vulnerability: vulnerabilityDegree });
/** Since version 2: whether the degree was assessed or assumed. */
export const entryRegistered = closed({
  ...registered,
  vulnerability: closed({
    degree: vulnerabilityDegree,
    basis: orNotRecorded(anyOf(['ASSESSED', 'ASSUMED'])),
  }),
});

const windowFacts = { borough, fileHash: sha256 };

export const windowOpened = closed({
  ...windowFacts,
  groupsHash: { ...sha256, type: ['string', 'null'] },
  asAt: instant,
  openedBy: { type: 'array', items: text, minItems: 2, maxItems: 2, uniqueItems: true },
});
export const windowClosed = closed({ ...windowFacts, rows: count });

export const topicGenerationStarted = closed({
  topic: { type: 'string', pattern: '^[a-z]+(\\.E090000(0[2-9]|[12]\\d|3[0-3]))?$' },
  partition: count,
  generation: { type: 'integer', minimum: 2 },
  oldRecords: count,
  events: count,
  isIdentity: { type: 'boolean' },
  mapHash: sha256,
});

export const commandRefused = closed({
  borough,
  command: { type: 'string', pattern: '^[A-Za-z]{3,40}$' },
  codes,
});

const code: JsonSchema = { type: 'string', pattern: '^[A-Z]{2,4}-\\d{3}$' };
const word: JsonSchema = { type: 'string', pattern: '^[A-Za-z0-9:_-]{1,128}$' };

/** Who looked, at what kind of thing, over which positions; nothing about whom. */
const looker = {
  operation: { const: 'consultation' },
  action: anyOf(['LIST_ENTRIES', 'OPEN_IDENTITY', 'SEARCH', 'READ_LOG', 'REBUILD_LOOK']),
  family: anyOf(['matrix', 'safeguarding', 'log']),
  role: word,
  organisation: word,
  session: word,
};

/** The positions of a read model that an answer was made from: what was there to be seen, no more and no less. */
const basis = closed({
  projection: word,
  generation: { type: 'integer', minimum: 1 },
  asAt: instant,
  positions: {
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z0-9.]{1,64}$' },
    additionalProperties: count,
    maxProperties: 64,
  },
});

/** One answer that was given, written before it was (DPA 2018 s.62). */
export const lookTaken = closed({
  ...looker,
  borough: { ...borough, type: ['string', 'null'] },
  subjectCount: { type: 'integer', minimum: 0, maximum: 500 },
  fields: { type: 'array', items: word, maxItems: 32 },
  queryMac: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
  recipient: { ...word, type: ['string', 'null'] },
  basis: { anyOf: [basis, { type: 'null' }] },
});

/** Whom the answer was about, what was asked and why, in the words of the person who asked. */
export const lookSubjects = closed({
  subjects: { type: 'array', items: uuid, maxItems: 500 },
  query: { type: 'object' },
  justification: { type: 'string', minLength: 10, maxLength: 500 },
});

/** A look that was refused, by its code. */
export const lookRefused = closed({ ...looker, codes: { type: 'array', items: code, minItems: 1 } });
