import type { SealedGroup } from './event.js';
import type { JsonSchema } from './json-schema.js';
import * as schemas from './schemas.js';

/** What is known of one event type. */
export interface EventDefinition {
  /** CloudEvents type with its version. */
  readonly type: string;
  /** Version of the payload's schema, also bound into the seal. */
  readonly schemaVersion: number;
  /** First part of the stream name: `records`, `groups`, `windows` or `refusals`. */
  readonly stream: 'records' | 'groups' | 'windows' | 'refusals';
  /** First part of the topic name. */
  readonly topic: 'matrix' | 'safeguarding' | 'oversight' | 'access';
  /** Closed schema of the skeleton. */
  readonly skeleton: JsonSchema;
  /** Closed schemas of the sealed groups; the groups named here are exactly those that the event has. */
  readonly sealed: { readonly [group in SealedGroup]?: JsonSchema };
}

const person = { identity: schemas.identity, equality: schemas.equality };

function define(
  name: string,
  stream: EventDefinition['stream'],
  skeleton: JsonSchema,
  sealed: EventDefinition['sealed'],
): EventDefinition {
  const topic = name.slice(0, name.indexOf('.')) as EventDefinition['topic'];
  return { type: `probity.${name}.v1`, schemaVersion: 1, stream, topic, skeleton, sealed };
}

/** Every event type, by its CloudEvents type. */
export const CATALOGUE: ReadonlyMap<string, EventDefinition> = new Map(
  [
    define('matrix.entry-proposed', 'records', schemas.boroughOnly, {
      case: schemas.entryProposed,
      ...person,
    }),
    define('matrix.legacy-entry-asserted', 'records', schemas.boroughOnly, {
      case: schemas.legacyEntryAsserted,
    }),
    define('matrix.entry-approved', 'records', schemas.boroughOnly, { case: schemas.entryApproved }),
    define('matrix.entry-rejected', 'records', schemas.boroughAndFamily, { case: schemas.entryRejected }),
    define('matrix.group-designated', 'groups', schemas.boroughOnly, { case: schemas.groupDesignated }),
    define('matrix.group-audited', 'groups', schemas.boroughOnly, { case: schemas.groupAudited }),
    define('safeguarding.entry-registered', 'records', schemas.boroughOnly, {
      case: schemas.entryRegistered,
      ...person,
    }),
    define('oversight.migration-window-opened', 'windows', schemas.windowOpened, {}),
    define('oversight.migration-window-closed', 'windows', schemas.windowClosed, {}),
    define('access.command-refused', 'refusals', schemas.commandRefused, {}),
  ].map((definition) => [definition.type, definition]),
);

/** The `dataschema` attribute of a type: a name, not an address to fetch. */
export function dataSchemaOf(type: string): string {
  return `urn:probity:schema:${type.replace(/^probity\./, '').replace(/\.v(\d+)$/, ':$1')}`;
}
