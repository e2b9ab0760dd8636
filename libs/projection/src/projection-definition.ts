import type { JsonValue, Skeleton } from '@probity/events';
import type pg from 'pg';
import type { Column } from './unnest-rows.js';

/** What a projection needs to know of one event type that it handles. */
export interface HandledType {
  /** Whether the fold reads the sealed `case` group; a projection opens no more than it needs. */
  readonly opensCase: boolean;
}

/** The opened `case` group. */
export type CasePayload = { readonly [member: string]: JsonValue };

/** A verified event as a fold sees it: its content and where it lies, nothing of the transport. */
export interface ProjectedEvent {
  /** Current type: an event of an earlier version has been upcast. */
  readonly type: string;
  readonly recordId: string;
  /** Position in the record's own stream, from 1. */
  readonly version: number;
  /** Topic as the event names it. */
  readonly topic: string;
  readonly offset: bigint;
  /** Valid time, RFC 3339 UTC. */
  readonly occurredAt: string;
  /** Known time, RFC 3339 UTC. */
  readonly recordedAt: string;
  readonly skeleton: Skeleton;
  /** Null when the definition does not open this type. */
  readonly case: CasePayload | null;
}

/** What every per-record state has: the word that the progress row shows. */
export interface RecordState {
  readonly lifecycle: string;
}

/**
 * One read model: which events it takes, how a record's state follows from them, and how states are read and written.
 *
 * `fold` is pure and sees each event of a record once, in order. `load` and `write` run on the pool's connection; `write` runs in the
 * transaction that moves the checkpoint and must be one statement a table (`unnest`), with rows in key order.
 */
export interface ProjectionDefinition<S extends RecordState> {
  readonly name: string;
  readonly version: number;
  /** Schema of the generation that is built: the tables `checkpoint` and `record`, and the projection's own. */
  readonly schema: string;
  /** The projection's own tables: each has the column `record_id`, and an index that begins with it. */
  readonly tables: readonly string[];
  /** By current type; earlier versions of it are taken with it. */
  readonly handles: ReadonlyMap<string, HandledType>;
  /** Current types that may stand in the topics and have no effect here. Any other type is a fault. */
  readonly ignores: ReadonlySet<string>;
  /** Whatever else decides what rows come out: change it whenever the fold or the tables change. */
  readonly fingerprintInputs: JsonValue;
  /** Columns of `record` that are the projection's own: written with the progress, never changed to null. */
  readonly recordColumns?: readonly Column<S>[];
  /** States of records that have progress; none other is asked for. */
  load(client: pg.ClientBase, recordIds: readonly string[]): Promise<Map<string, S>>;
  /** @throws UnprojectableEvent */
  fold(state: S | undefined, event: ProjectedEvent): S;
  write(client: pg.ClientBase, states: ReadonlyMap<string, S>): Promise<void>;
}

/** A definition for whichever schema a generation of the read model lies in. Nothing but the schema may differ. */
export type ProjectionIn<S extends RecordState> = (schema: string) => ProjectionDefinition<S>;
