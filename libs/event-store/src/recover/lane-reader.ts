import type { SqlClient } from '../append.js';
import type { Lane } from '../relay/outbox.js';
import { markPublished } from '../relay/outbox.js';
import { knownPositions, runsOf } from '../relay/tail-check.js';
import type { PositionSet } from './position-set.js';
import type { RecoveryTopic, TopicRecord, VerifyWriter } from './recovery-port.js';
import { positionsSentAt } from './sent-offsets.js';
import { admit, takeBack, versionsAround } from './take-back.js';
import { topicEventOf, type RefusedRecord, type TopicEvent } from './topic-event.js';

/** Where a lane begins and ends in its topic, and up to which offset the store had marked what it sent. */
export interface LaneEnds {
  readonly low: bigint;
  readonly high: bigint;
  readonly recorded: bigint;
}

/** What reading a whole lane has found, and done. */
export interface LaneReading {
  records: number;
  duplicates: number;
  /** Events that were taken back, or would be. */
  takenBack: number;
  readonly refused: RefusedRecord[];
}

/** What the reading of a lane works with. */
export interface ReadingContext {
  readonly client: SqlClient;
  readonly verify: VerifyWriter;
  readonly isDryRun: boolean;
  /** Positions that have been met in a topic. */
  readonly seen: PositionSet;
  readonly progress: (records: number) => void;
}

const BLOCK = 500;
/** Refused records that are told one by one; the rest is counted in the last one's place. */
const TOLD = 100;

/**
 * Read a lane from its beginning to its end. What the store lacks is taken back in the order of the topic; what it knows is
 * marked as sent. Each block is one transaction, so that a recovery which is killed goes on where it stopped.
 */
export async function readLane(
  context: ReadingContext,
  { topic, partitions, log }: RecoveryTopic,
  partition: number,
  { low, high, recorded }: LaneEnds,
): Promise<LaneReading> {
  const reading: LaneReading = { records: 0, duplicates: 0, takenBack: 0, refused: [] };
  const reader = new BlockReader(context, { topic, partition }, partitions, recorded, reading);
  let block: TopicRecord[] = [];
  for await (const record of log.read(topic, partition, low, high)) {
    block.push(record);
    if (block.length < BLOCK) continue;
    await reader.settle(block);
    block = [];
  }
  if (block.length > 0) await reader.settle(block);
  return reading;
}

class BlockReader {
  /** What a recovery that changes nothing would have stored by now. */
  readonly #planned = new Set<string>();
  readonly #plannedIds = new Set<string>();

  constructor(
    private readonly context: ReadingContext,
    private readonly lane: Lane,
    private readonly partitions: number,
    private readonly recorded: bigint,
    private readonly reading: LaneReading,
  ) {}

  async settle(block: readonly TopicRecord[]): Promise<void> {
    const { client, isDryRun } = this.context;
    const known = await knownPositions(client, block.map(idOf));
    const admitted = await this.#admit(block, known);
    if (isDryRun) for (const { event } of admitted) this.#plannedIds.add(event.header.id);
    else await this.#store(block, admitted, known);
    this.#count(block, known);
    this.reading.takenBack += admitted.length;
    this.context.progress(block.length);
  }

  async #admit(
    block: readonly TopicRecord[],
    known: ReadonlyMap<string, string>,
  ): Promise<readonly TopicEvent[]> {
    const { client, verify, isDryRun } = this.context;
    const fresh = new Map<string, TopicEvent>();
    for (const record of block) {
      const id = idOf(record);
      if (known.has(id) || fresh.has(id) || this.#plannedIds.has(id)) continue;
      const item = topicEventOf(record, this.lane, this.partitions, verify);
      if ('event' in item) fresh.set(id, item);
      else this.#refuse(item);
    }
    if (fresh.size === 0) return [];
    const unknown = [...fresh.values()];
    const stored = await versionsAround(client, unknown);
    const { admitted, refused } = admit(unknown, { stored, planned: this.#planned });
    // What is stored by now is found in the store.
    if (!isDryRun) this.#planned.clear();
    refused.forEach((each) => {
      this.#refuse(each);
    });
    return admitted;
  }

  async #store(
    block: readonly TopicRecord[],
    admitted: readonly TopicEvent[],
    known: Map<string, string>,
  ): Promise<void> {
    const { client } = this.context;
    const end = (block.at(-1)?.offset ?? 0n) + 1n;
    if (admitted.length === 0 && end <= this.recorded) return;
    await client.query('BEGIN');
    try {
      if (admitted.length > 0) await this.#takeBack(block, admitted, known);
      const places = block.flatMap((record) => {
        const position = known.get(idOf(record));
        return record.offset >= this.recorded && position !== undefined
          ? [{ offset: record.offset, position }]
          : [];
      });
      for (const run of runsOf(places))
        await markPublished(client, this.lane, run.positions, run.firstOffset);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }

  async #takeBack(
    block: readonly TopicRecord[],
    admitted: readonly TopicEvent[],
    known: Map<string, string>,
  ): Promise<void> {
    const { client } = this.context;
    const first = block[0]?.offset ?? 0n;
    const last = block.at(-1)?.offset ?? first;
    const remembered = await positionsSentAt(client, this.lane, first, last + 1n);
    const own = admitted.map(({ offset }) => remembered[Number(offset - first)] ?? null);
    const positions = await takeBack(client, this.lane, admitted, own);
    admitted.forEach(({ event }, index) => known.set(event.header.id, positions[index] as string));
  }

  #count(block: readonly TopicRecord[], known: ReadonlyMap<string, string>): void {
    this.reading.records += block.length;
    for (const record of block) {
      const position = known.get(idOf(record));
      if (position !== undefined && !this.context.seen.add(Number(position))) this.reading.duplicates += 1;
    }
  }

  #refuse(record: RefusedRecord): void {
    const { refused } = this.reading;
    if (refused.length < TOLD) refused.push(record);
    else refused[TOLD - 1] = { ...record, reason: 'this and others before it were left as well' };
  }
}

function idOf(record: TopicRecord): string {
  return record.headers['ce_id'] ?? '';
}
