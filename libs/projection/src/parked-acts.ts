import type pg from 'pg';
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
}

/**
 * The table `parked_act` of a projection, which its role can read and add to and nothing else. It stands in a schema of its own,
 * `<projection>_acts`, so that it outlives every generation of the read model.
 */
export class ParkedActs {
  readonly #table: string;

  constructor(projection: string) {
    this.#table = `${projection}_acts.parked_act`;
  }

  async record(client: pg.ClientBase | pg.Pool, act: ParkedAct): Promise<void> {
    const { position } = act;
    await client.query(
      `insert into ${this.#table} (act, record_id, topic, partition, topic_offset, actor, acted_at, reason, outcome, code,
                                   applied, duplicates)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
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
      ],
    );
  }

  /** Acts on a record, or on a position whose key is no record; oldest first. */
  async list(client: pg.Pool, of: { recordId: string } | LogPosition): Promise<ParkedAct[]> {
    const position = 'offset' in of ? of : null;
    const { rows } = await client.query<Row>(
      `select act, record_id, topic, partition, topic_offset, actor, acted_at, reason, outcome, code, applied, duplicates
         from ${this.#table} where record_id = $1 or (topic = $2 and partition = $3 and topic_offset = $4) order by act_id`,
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

function actOf(row: Row): ParkedAct {
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
  };
}
