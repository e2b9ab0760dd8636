import type pg from 'pg';
import { nameOf } from './parked-event.js';
import type { FaultCode, LogPosition } from './projection-fault.js';

/** Who acts on what is parked, when, and why. */
export interface ActedBy {
  /** Name in the person's certificate. */
  readonly actor: string;
  /** Domain time, RFC 3339 UTC. */
  readonly at: string;
  /** The person's own words; null when none were asked for. */
  readonly reason: string | null;
}

/** What a person did about something parked, and what came of it. */
export interface ParkedAct extends ActedBy {
  readonly act: 'REDRIVE' | 'DISCARD';
  readonly recordId: string | null;
  /** The position that was discarded, or at which a redrive stopped; null when it stopped at none. */
  readonly position: LogPosition | null;
  /** `DONE`; `STOPPED` at `position`; `REFUSED`, without any effect. */
  readonly outcome: 'DONE' | 'STOPPED' | 'REFUSED';
  /** Why it stopped, or why the discarded position was parked. */
  readonly code: FaultCode | null;
  readonly applied: number;
  readonly duplicates: number;
}

/** An act as it is remembered. */
export interface RecordedAct extends ParkedAct {
  /** Generation of the read model on which somebody acted. */
  readonly generation: number;
}

/** Acts that are told, at most. */
const MOST = 50;

interface Row {
  act: ParkedAct['act'];
  record_id: string | null;
  topic: string | null;
  partition: number | null;
  topic_offset: string | null;
  actor: string;
  acted_at: Date;
  reason: string | null;
  outcome: ParkedAct['outcome'];
  code: FaultCode | null;
  applied: number;
  duplicates: number;
  generation: number;
}

/**
 * The table `parked_act` of a projection, which its role can read and add to and nothing else. It stands in a schema of its own,
 * `<projection>_acts`, so that it outlives every generation of the read model.
 */
export class ParkedActs {
  readonly #table: string;

  /** @param generation of the read model on which is acted */
  constructor(
    projection: string,
    private readonly generation: number,
  ) {
    this.#table = `${projection}_acts.parked_act`;
  }

  async record(client: pg.ClientBase | pg.Pool, act: ParkedAct): Promise<void> {
    const { position } = act;
    await client.query(
      `insert into ${this.#table} (act, record_id, topic, partition, topic_offset, actor, acted_at, reason, outcome, code,
                                   applied, duplicates, generation)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        act.act,
        act.recordId,
        position?.topic ?? null,
        position?.partition ?? null,
        position?.offset.toString() ?? null,
        act.actor,
        act.at,
        act.reason,
        act.outcome,
        act.code,
        act.applied,
        act.duplicates,
        this.generation,
      ],
    );
  }

  /** Which of the positions a person has discarded, in whatever generation, by {@link nameOf}. */
  async discarded(client: pg.ClientBase, positions: readonly LogPosition[]): Promise<Set<string>> {
    if (positions.length === 0) return new Set();
    const { rows } = await client.query<{ topic: string; partition: number; topic_offset: string }>(
      `select topic, partition, topic_offset from ${this.#table}
         join unnest($1::text[], $2::int[], $3::bigint[]) as p(topic, partition, topic_offset)
              using (topic, partition, topic_offset)
        where act = 'DISCARD' and outcome = 'DONE'`,
      placesOf(positions),
    );
    const named = rows.map((row) => nameOf({ ...row, offset: BigInt(row.topic_offset) }));
    return new Set(named);
  }

  /** The last acts on a record, or on a position whose key is no record; newest first. */
  async list(client: pg.Pool, of: { recordId: string } | LogPosition): Promise<RecordedAct[]> {
    const position = 'offset' in of ? of : null;
    const { rows } = await client.query<Row>(
      `select act, record_id, topic, partition, topic_offset, actor, acted_at, reason, outcome, code, applied, duplicates,
              generation from ${this.#table} where record_id = $1 or (topic = $2 and partition = $3 and topic_offset = $4)
        order by act_id desc limit ${String(MOST)}`,
      [
        'recordId' in of ? of.recordId : null,
        position?.topic ?? null,
        position?.partition ?? null,
        position?.offset.toString() ?? null,
      ],
    );
    return rows.map(actOf);
  }
}

/** Positions as columns for `unnest`. */
export function placesOf(positions: readonly LogPosition[]): unknown[] {
  return [
    positions.map(({ topic }) => topic),
    positions.map(({ partition }) => partition),
    positions.map(({ offset }) => offset.toString()),
  ];
}

function actOf(row: Row): RecordedAct {
  const { topic, partition, topic_offset: offset } = row;
  const isPlaced = topic !== null && partition !== null && offset !== null;
  return {
    act: row.act,
    recordId: row.record_id,
    position: isPlaced ? { topic, partition, offset: BigInt(offset) } : null,
    actor: row.actor,
    at: row.acted_at.toISOString(),
    reason: row.reason,
    outcome: row.outcome,
    code: row.code,
    applied: row.applied,
    duplicates: row.duplicates,
    generation: row.generation,
  };
}
