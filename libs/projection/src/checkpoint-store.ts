import type pg from 'pg';
import { ProjectionChanged } from './projection-fault.js';

/** One partition of a topic, as events name the topic. */
export interface ProjectedPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition's row in `checkpoint`: the next offset to apply, and what has been counted since the read model was built. */
export interface Checkpoint extends ProjectedPartition {
  readonly nextOffset: bigint;
  readonly appliedEvents: bigint;
  readonly duplicates: bigint;
  /** Known time of the last event that was read, RFC 3339 UTC; null before the first. */
  readonly lastEventTime: string | null;
}

/** A move of one checkpoint, valid only if `nextOffset` is still `from`. */
export interface CheckpointMove extends ProjectedPartition {
  readonly from: bigint;
  readonly to: bigint;
  readonly applied: number;
  readonly duplicates: number;
  readonly lastEventTime: string | null;
}

interface CheckpointRow {
  version: number;
  topic: string;
  partition: number;
  next_offset: string;
  fingerprint: string;
  applied_events: string;
  duplicates: string;
  last_event_time: Date | null;
}

/**
 * The `checkpoint` table of one read model: projection, version, topic, partition (primary key), next_offset, fingerprint,
 * applied_events, duplicates, last_event_time. Moves are compare-and-set, inside the transaction that changes the rows.
 */
export class CheckpointStore {
  constructor(
    private readonly schema: string,
    private readonly projection: string,
    private readonly version: number,
    private readonly fingerprint: string,
  ) {}

  /**
   * Creates the rows that are missing, starting at `startAt`.
   *
   * @throws ProjectionChanged when a row was made by another version or definition.
   */
  async ensure(
    client: pg.ClientBase,
    partitions: readonly ProjectedPartition[],
    startAt: (at: ProjectedPartition) => bigint,
  ): Promise<void> {
    const { rows } = await client.query<{ version: number; fingerprint: string }>(
      `select distinct version, fingerprint from ${this.schema}.checkpoint where projection = $1`,
      [this.projection],
    );
    if (rows.some((row) => row.version !== this.version || row.fingerprint !== this.fingerprint))
      throw new ProjectionChanged(this.projection);
    await client.query(
      `insert into ${this.schema}.checkpoint (projection, version, topic, partition, next_offset, fingerprint)
       select $1, $2, t.topic, t.partition, t.next_offset, $3
         from unnest($4::text[], $5::int[], $6::bigint[]) as t(topic, partition, next_offset)
       on conflict do nothing`,
      [
        this.projection,
        this.version,
        this.fingerprint,
        partitions.map((at) => at.topic),
        partitions.map((at) => at.partition),
        partitions.map((at) => startAt(at).toString()),
      ],
    );
  }

  /** Every checkpoint of this projection. @throws ProjectionChanged when one was made by another definition. */
  async load(client: pg.ClientBase | pg.Pool): Promise<Checkpoint[]> {
    const { rows } = await client.query<CheckpointRow>(
      `select version, topic, partition, next_offset, fingerprint, applied_events, duplicates, last_event_time
         from ${this.schema}.checkpoint where projection = $1 order by topic, partition`,
      [this.projection],
    );
    return rows.map((row) => {
      if (row.version !== this.version || row.fingerprint !== this.fingerprint)
        throw new ProjectionChanged(this.projection);
      return {
        topic: row.topic,
        partition: row.partition,
        nextOffset: BigInt(row.next_offset),
        appliedEvents: BigInt(row.applied_events),
        duplicates: BigInt(row.duplicates),
        lastEventTime: row.last_event_time?.toISOString() ?? null,
      };
    });
  }

  /** Moves the checkpoints that still stand at `from`, and returns the partitions that did not. */
  async move(client: pg.ClientBase, moves: readonly CheckpointMove[]): Promise<ProjectedPartition[]> {
    const ordered = [...moves].sort((a, b) =>
      a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition,
    );
    const { rows } = await client.query<{ topic: string; partition: number }>(
      `update ${this.schema}.checkpoint c
          set next_offset = m.target, applied_events = c.applied_events + m.applied,
              duplicates = c.duplicates + m.duplicates, last_event_time = coalesce(m.seen, c.last_event_time)
         from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::timestamptz[])
              as m(topic, partition, origin, target, applied, duplicates, seen)
        where c.projection = $8 and c.version = $9 and c.fingerprint = $10
          and c.topic = m.topic and c.partition = m.partition and c.next_offset = m.origin
        returning c.topic, c.partition`,
      [
        ordered.map((move) => move.topic),
        ordered.map((move) => move.partition),
        ordered.map((move) => move.from.toString()),
        ordered.map((move) => move.to.toString()),
        ordered.map((move) => move.applied),
        ordered.map((move) => move.duplicates),
        ordered.map((move) => move.lastEventTime),
        this.projection,
        this.version,
        this.fingerprint,
      ],
    );
    const moved = new Set(rows.map((row) => `${row.topic}/${String(row.partition)}`));
    return ordered.filter((move) => !moved.has(`${move.topic}/${String(move.partition)}`));
  }

  /**
   * Counts events of a partition that were applied without moving its checkpoint, and so holds the checkpoint's row: until the
   * transaction ends, nobody moves it. Returns false when there is no such row.
   */
  async count(
    client: pg.ClientBase,
    at: ProjectedPartition,
    counts: { applied: number; duplicates: number },
  ): Promise<boolean> {
    const { rowCount } = await client.query(
      `update ${this.schema}.checkpoint set applied_events = applied_events + $1, duplicates = duplicates + $2
        where projection = $3 and version = $4 and fingerprint = $5 and topic = $6 and partition = $7`,
      [
        counts.applied,
        counts.duplicates,
        this.projection,
        this.version,
        this.fingerprint,
        at.topic,
        at.partition,
      ],
    );
    return rowCount === 1;
  }
}
