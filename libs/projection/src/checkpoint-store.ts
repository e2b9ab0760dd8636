import type pg from 'pg';
import { fingerprintOf } from './fingerprint.js';
import type { ProjectionDefinition, RecordState } from './projection-definition.js';
import { GenerationSwitched, ProjectionChanged } from './projection-fault.js';

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

/** Who may move checkpoints: one generation of one read model, built by one definition. */
export interface CheckpointOwner {
  readonly schema: string;
  readonly projection: string;
  readonly version: number;
  readonly fingerprint: string;
  /** Number of the generation, from 1. It tells a rebuilt read model from the one whose name it has taken. */
  readonly generation: number;
}

/** The owner of one generation. */
export function ownerOf<S extends RecordState>(
  definition: ProjectionDefinition<S>,
  generation: number,
): CheckpointOwner {
  const { schema, name, version } = definition;
  return { schema, projection: name, version, fingerprint: fingerprintOf(definition), generation };
}

interface CheckpointRow {
  version: number;
  generation: number;
  topic: string;
  partition: number;
  next_offset: string;
  fingerprint: string;
  applied_events: string;
  duplicates: string;
  last_event_time: Date | null;
}

/** Every checkpoint of a read model, whoever made it. Nobody may move them on the strength of this. */
export async function readCheckpoints(
  client: pg.ClientBase | pg.Pool,
  schema: string,
  projection: string,
): Promise<Checkpoint[]> {
  return (await readRows(client, schema, projection)).map(checkpointOf);
}

/**
 * The `checkpoint` table of one generation: projection, version, topic, partition (primary key), next_offset, fingerprint,
 * generation, applied_events, duplicates, last_event_time. Moves are compare-and-set, inside the transaction that changes the rows:
 * a generation whose name another one has taken moves nothing.
 */
export class CheckpointStore {
  constructor(private readonly owner: CheckpointOwner) {}

  /**
   * Creates the rows that are missing, starting at `startAt`.
   *
   * @throws ProjectionChanged when a row was made by another version or definition, GenerationSwitched when by another generation.
   */
  async ensure(
    client: pg.ClientBase,
    partitions: readonly ProjectedPartition[],
    startAt: (at: ProjectedPartition) => bigint,
  ): Promise<void> {
    const { schema, projection, version, fingerprint, generation } = this.owner;
    // Held to the end of the transaction: no switch comes between looking and inserting.
    await client.query(`lock table ${schema}.checkpoint in row exclusive mode`);
    this.#assertOwn(await readRows(client, schema, projection));
    await client.query(
      `insert into ${schema}.checkpoint (projection, version, topic, partition, next_offset, fingerprint, generation)
       select $1, $2, t.topic, t.partition, t.next_offset, $3, $4
         from unnest($5::text[], $6::int[], $7::bigint[]) as t(topic, partition, next_offset)
       on conflict do nothing`,
      [
        projection,
        version,
        fingerprint,
        generation,
        partitions.map((at) => at.topic),
        partitions.map((at) => at.partition),
        partitions.map((at) => startAt(at).toString()),
      ],
    );
  }

  /** Every checkpoint of this generation. @throws ProjectionChanged, GenerationSwitched as {@link ensure} */
  async load(client: pg.ClientBase | pg.Pool): Promise<Checkpoint[]> {
    const rows = await readRows(client, this.owner.schema, this.owner.projection);
    this.#assertOwn(rows);
    return rows.map(checkpointOf);
  }

  /** Moves the checkpoints that still stand at `from`, and returns the partitions that did not. */
  async move(client: pg.ClientBase, moves: readonly CheckpointMove[]): Promise<ProjectedPartition[]> {
    const ordered = [...moves].sort((a, b) =>
      a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition,
    );
    const { schema, projection, version, fingerprint, generation } = this.owner;
    const { rows } = await client.query<{ topic: string; partition: number }>(
      `update ${schema}.checkpoint c
          set next_offset = m.target, applied_events = c.applied_events + m.applied,
              duplicates = c.duplicates + m.duplicates, last_event_time = coalesce(m.seen, c.last_event_time)
         from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::timestamptz[])
              as m(topic, partition, origin, target, applied, duplicates, seen)
        where c.projection = $8 and c.version = $9 and c.fingerprint = $10 and c.generation = $11
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
        projection,
        version,
        fingerprint,
        generation,
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
    const { schema, projection, version, fingerprint, generation } = this.owner;
    const { rowCount } = await client.query(
      `update ${schema}.checkpoint set applied_events = applied_events + $1, duplicates = duplicates + $2
        where projection = $3 and version = $4 and fingerprint = $5 and generation = $6
          and topic = $7 and partition = $8`,
      [
        counts.applied,
        counts.duplicates,
        projection,
        version,
        fingerprint,
        generation,
        at.topic,
        at.partition,
      ],
    );
    return rowCount === 1;
  }

  #assertOwn(rows: readonly CheckpointRow[]): void {
    const { projection, version, fingerprint, generation } = this.owner;
    if (rows.some((row) => row.version !== version || row.fingerprint !== fingerprint))
      throw new ProjectionChanged(projection);
    if (rows.some((row) => row.generation !== generation)) throw new GenerationSwitched(projection);
  }
}

async function readRows(
  client: pg.ClientBase | pg.Pool,
  schema: string,
  projection: string,
): Promise<CheckpointRow[]> {
  const { rows } = await client.query<CheckpointRow>(
    `select version, generation, topic, partition, next_offset, fingerprint, applied_events, duplicates, last_event_time
       from ${schema}.checkpoint where projection = $1 order by topic, partition`,
    [projection],
  );
  return rows;
}

function checkpointOf(row: CheckpointRow): Checkpoint {
  return {
    topic: row.topic,
    partition: row.partition,
    nextOffset: BigInt(row.next_offset),
    appliedEvents: BigInt(row.applied_events),
    duplicates: BigInt(row.duplicates),
    lastEventTime: row.last_event_time?.toISOString() ?? null,
  };
}
