import { randomInt } from 'node:crypto';
import type { Pool } from 'pg';
import type { SqlClient, StreamRead } from '@probity/event-store';
import { append } from '@probity/event-store';
import type { BatchSigner, UnsignedEvent } from '@probity/events';
import { currentType } from '@probity/events';
import { zeroise } from '@probity/sealing';
import { ACCESS_PARTITIONS } from '../relay/borough-relay.js';
import type { EventFactory } from '../sealing/event-factory.js';
import { freshRecordKey } from '@probity/sealing';
import type { DecidedRow, LoggedRefusal, NewRecord } from './decided-row.js';
import type { SeenRow, SeenRowsRepository } from './seen-rows.repository.js';

const REFUSED = currentType('access.command-refused');

/** Where a block is written. */
export interface BlockTarget {
  readonly borough: string;
  readonly scope: Buffer;
  readonly isDryRun: boolean;
  readonly signer: BatchSigner;
  /** The window and the groups that the decisions relied on, at the versions that were read. */
  readonly reads: readonly StreamRead[];
}

/** A block with everything sealed, ready to be written. */
export interface SealedBlock {
  readonly seen: readonly SeenRow[];
  readonly events: readonly UnsignedEvent[];
}

/**
 * Writes what a block of rows became, in one transaction: the events, the row keys, and that the rows have been seen.
 * A crash leaves all of it or nothing, so that the same file can be sent again.
 */
export class BlockWriter {
  constructor(
    private readonly pool: Pool,
    private readonly seenRows: SeenRowsRepository,
    private readonly factory: EventFactory,
  ) {}

  /** Seal a block. The keys of its records are wiped: it is the only time. */
  seal(rows: readonly DecidedRow[], target: BlockTarget): SealedBlock {
    const fresh = rows.filter((row) => row.write !== null);
    const seen = fresh.map(toSeenRow);
    return target.isDryRun
      ? { seen: seen.map(withoutRecord), events: [] }
      : { seen, events: this.#eventsOf(fresh, target) };
  }

  /** Write a block. @throws AppendRefused when a group or the window moved: the block is to be decided again. */
  async write({ seen, events }: SealedBlock, target: BlockTarget): Promise<void> {
    if (seen.length === 0) return;
    await inTransaction(this.pool, async (client) => {
      await this.seenRows.remember(client, target.scope, target.borough, seen);
      if (events.length === 0) return;
      await append(client, {
        events,
        signerOf: () => target.signer,
        reads: target.reads,
        partitionsOf: (topic) => (topic === 'access' ? ACCESS_PARTITIONS : 1),
      });
    });
  }

  #eventsOf(rows: readonly DecidedRow[], target: BlockTarget): UnsignedEvent[] {
    // Shuffled before ids are given: neither offsets nor ids follow the spreadsheet (docs/explanation/architecture.md).
    return shuffled(rows).flatMap(({ write }) => {
      if (write === null) return [];
      return write.kind === 'record' ? this.#record(write, target) : [this.#refusal(write, target)];
    });
  }

  #record(record: NewRecord, target: BlockTarget): UnsignedEvent[] {
    const { recordId, dekVersion, dek } = record.key;
    const topic = `${record.family}.${target.borough}`;
    const stream = { stream: `records/${recordId}`, key: recordId, topic, borough: target.borough };
    const events = this.factory.stream(stream, 1, record.events, freshRecordKey(recordId, dekVersion, dek));
    zeroise(dek);
    return events;
  }

  #refusal(refusal: LoggedRefusal, target: BlockTarget): UnsignedEvent {
    const { borough } = target;
    const skeleton = { borough, command: refusal.command, codes: [...refusal.codes] };
    return this.factory.refusal({ type: REFUSED, skeleton, sealed: {} }, borough);
  }
}

/** Run work in a transaction of its own connection. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: SqlClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A connection that breaks while it is lent out tells its error twice; unheard, the second would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error as Error;
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    // A connection on which something failed is not used again: its state is unknown.
    client.off('error', ignore);
    client.release(failure);
  }
}

function toSeenRow(row: DecidedRow): SeenRow {
  if (!row.macs) throw new Error('a row that is written has a reference');
  const recordId = row.write?.kind === 'record' ? row.write.key.recordId : null;
  return { ...row.macs, line: row.outcome.line, recordId };
}

function withoutRecord(row: SeenRow): SeenRow {
  return { ...row, recordId: null };
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [result[at], result[other]] = [result[other] as Item, result[at] as Item];
  }
  return result;
}
