import type { SealedGroup } from './event.js';
import { EventFormatError } from './event.js';
import type { JsonSchema } from './json-schema.js';
import * as endings from './ending-schemas.js';
import * as schemas from './schemas.js';

/** What is known of one event type, which is one schema version of an event. */
export interface EventDefinition {
  /** The event without a version, such as `matrix.entry-proposed`. */
  readonly name: string;
  /** CloudEvents type with its version. */
  readonly type: string;
  /** Version of the payload's schema, from 1, also bound into the seal. */
  readonly schemaVersion: number;
  /** Whether it is what is written from now on. An earlier version is read and upcast for ever, and never written again. */
  readonly isCurrent: boolean;
  /** First part of the stream name. */
  readonly stream: 'records' | 'groups' | 'windows' | 'generations' | 'refusals' | 'looks';
  /** First part of the topic name. */
  readonly topic: 'matrix' | 'safeguarding' | 'oversight' | 'access' | 'looks';
  /** Closed schema of the skeleton. */
  readonly skeleton: JsonSchema;
  /** Closed schemas of the sealed groups; the groups named here are exactly those that the event has. */
  readonly sealed: { readonly [group in SealedGroup]?: JsonSchema };
}

const person = { identity: schemas.identity, equality: schemas.equality };

type Version = Omit<EventDefinition, 'isCurrent'>;

function define(
  name: string,
  stream: EventDefinition['stream'],
  skeleton: JsonSchema,
  sealed: EventDefinition['sealed'],
  schemaVersion = 1,
): Version {
  const topic = name.slice(0, name.indexOf('.')) as EventDefinition['topic'];
  return { name, type: typeOf(name, schemaVersion), schemaVersion, stream, topic, skeleton, sealed };
}

/** The CloudEvents type of an event in one schema version. */
export function typeOf(name: string, schemaVersion: number): string {
  return `probity.${name}.v${String(schemaVersion)}`;
}

/** What ends a record of either list, in the order in which it happens. Nothing of the erasure itself is sealed. */
function endOf(family: 'matrix' | 'safeguarding'): Version[] {
  const of = (event: string, skeleton: JsonSchema, sealed: EventDefinition['sealed'] = {}): Version =>
    define(`${family}.${event}`, 'records', skeleton, sealed);
  return [
    of('entry-removed', schemas.boroughAndFamily, { case: endings.entryRemoved }),
    of('processing-restricted', endings.restrictionBegun, { case: endings.processingRestricted }),
    of('restriction-lifted', endings.restrictionEnded, { case: endings.restrictionLifted }),
    of('erasure-requested', endings.erasureRequested),
    of('record-fenced', schemas.boroughOnly),
    of('erasure-cancelled', endings.erasureCancelled),
    of('subject-key-destroyed', endings.subjectKeyDestroyed),
    of('ciphertext-deleted', schemas.boroughOnly),
  ];
}

/** Every event type, by its CloudEvents type: all versions that were ever written, each after the one before it. */
export const CATALOGUE: ReadonlyMap<string, EventDefinition> = new Map(
  withCurrent([
    define('matrix.entry-proposed', 'records', schemas.boroughOnly, {
      case: schemas.entryProposed,
      ...person,
    }),
    define('matrix.legacy-entry-asserted', 'records', schemas.boroughOnly, {
      case: schemas.legacyEntryAssertedV1,
    }),
    define(
      'matrix.legacy-entry-asserted',
      'records',
      schemas.boroughOnly,
      { case: schemas.legacyEntryAsserted },
      2,
    ),
    define('matrix.entry-approved', 'records', schemas.boroughOnly, { case: schemas.entryApprovedV1 }),
    define('matrix.entry-approved', 'records', schemas.boroughOnly, { case: schemas.entryApproved }, 2),
    define('matrix.entry-rejected', 'records', schemas.boroughAndFamily, { case: schemas.entryRejected }),
    define('matrix.group-designated', 'groups', schemas.boroughOnly, { case: schemas.groupDesignated }),
    define('matrix.group-audited', 'groups', schemas.boroughOnly, { case: schemas.groupAudited }),
    define('safeguarding.entry-registered', 'records', schemas.boroughOnly, {
      case: schemas.entryRegisteredV1,
      ...person,
    }),
    define(
      'safeguarding.entry-registered',
      'records',
      schemas.boroughOnly,
      { case: schemas.entryRegistered, ...person },
      2,
    ),
    define('oversight.migration-window-opened', 'windows', schemas.windowOpened, {}),
    define('oversight.migration-window-closed', 'windows', schemas.windowClosed, {}),
    define('oversight.topic-generation-started', 'generations', schemas.topicGenerationStarted, {}),
    define('access.command-refused', 'refusals', schemas.commandRefused, {}),
    define('looks.taken', 'looks', schemas.lookTaken, { case: schemas.lookSubjects }),
    define('looks.refused', 'looks', schemas.lookRefused, {}),
    ...endOf('matrix'),
    ...endOf('safeguarding'),
  ]).map((definition) => [definition.type, definition]),
);

function withCurrent(versions: readonly Version[]): EventDefinition[] {
  const latest = new Map(versions.map(({ name, type }) => [name, type]));
  return versions.map((version) => ({ ...version, isCurrent: latest.get(version.name) === version.type }));
}

const CURRENT_TYPES: ReadonlyMap<string, string> = new Map(
  [...CATALOGUE.values()].filter(({ isCurrent }) => isCurrent).map(({ name, type }) => [name, type]),
);

/** The type under which an event is written now. @throws EventFormatError for a name that the catalogue does not hold. */
export function currentType(name: string): string {
  const type = CURRENT_TYPES.get(name);
  if (type === undefined) throw new EventFormatError(`the catalogue does not hold an event ${name}`);
  return type;
}

/** The current type of the event that a type is a version of; a type that the catalogue does not hold stays as it is. */
export function currentTypeOf(type: string): string {
  const definition = CATALOGUE.get(type);
  return definition ? currentType(definition.name) : type;
}

/** The `dataschema` attribute of a type: a name, not an address to fetch. */
export function dataSchemaOf(type: string): string {
  return `urn:probity:schema:${type.replace(/^probity\./, '').replace(/\.v(\d+)$/, ':$1')}`;
}
