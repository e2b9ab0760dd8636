import type { ListFamily } from '@probity/domain';
import type { JsonValue } from '@probity/events';
import type { Caller } from '@probity/platform';

/** What somebody does when they look. */
export type LookAction = 'LIST_ENTRIES' | 'OPEN_IDENTITY' | 'SEARCH' | 'READ_LOG' | 'REBUILD_LOOK';

/** Positions of a read model: the next offset of each of its topics when an answer was made from it. */
export interface LookBasis {
  readonly projection: string;
  /** Generation of the read model, from 1. */
  readonly generation: number;
  /** Domain time by which entries were withheld or shown, RFC 3339 UTC. */
  readonly asAt: string;
  readonly positions: Readonly<Record<string, number>>;
}

/** What every entry of the log says of who looks. */
export interface LookFacts {
  readonly caller: Caller;
  readonly action: LookAction;
  readonly family: ListFamily | 'log';
  /** Code of the purpose. */
  readonly purpose: string;
}

/** One answer, before it is given. */
export interface AccessEntry extends LookFacts {
  /** The only borough that was looked at; `null` for several or all. */
  readonly borough: string | null;
  /** Record ids of everybody whom the answer is about, 500 at most. */
  readonly subjects: readonly string[];
  /** Names of the members that are shown. */
  readonly fields: readonly string[];
  /** What was asked for. It is sealed; outside the seal stands a keyed hash of it. */
  readonly query: { readonly [member: string]: JsonValue };
  /** In the words of the person who asks, 10 to 500 characters. It is sealed. */
  readonly justification: string;
  /** To whom it will be given, where that is somebody else: an organisation, never a person. */
  readonly recipient: string | null;
  readonly basis: LookBasis | null;
}

/** A look that was refused. */
export interface RefusedEntry extends LookFacts {
  readonly codes: readonly string[];
}
