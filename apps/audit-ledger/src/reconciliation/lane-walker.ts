import type { WriterRegistry } from '@probity/events';
import type { LogInspector, PartitionMarks } from '@probity/messaging';
import { topicName } from '@probity/messaging';
import { inspectRecord, judgeRecord, missingOffsets } from './judge-record.js';
import type { JudgedRecord } from './judge-record.js';
import type { Lane } from './lane.js';
import type { LedgerRepository } from './ledger.repository.js';
import type { StoreRepository } from './store.repository.js';

/** Records that are read, judged and kept at once. */
const BATCH = 1_000n;

/** What a walker works with. */
export interface WalkerParts {
  readonly log: Pick<LogInspector, 'read'>;
  readonly store: StoreRepository;
  readonly ledger: LedgerRepository;
  readonly writers: Pick<WriterRegistry, 'verify'>;
  readonly topicPrefix: string;
}

/** Verifies each record of a lane once, in order: form, hashes, signature, and that the store has the same bytes. */
export class LaneWalker {
  constructor(private readonly parts: WalkerParts) {}

  /** Verifies the next records up to the end of the topic. Tells how many of them are faulty. */
  async advance(lane: Lane, { low, high }: PartitionMarks): Promise<{ faults: number }> {
    const { ledger } = this.parts;
    if (low > lane.nextOffset) await ledger.skip(lane, low);
    const from = lane.nextOffset;
    const to = high < from + BATCH ? high : from + BATCH;
    if (from >= to) return { faults: 0 };
    const judged = await this.#judge(lane, from, to);
    if (!(await ledger.keep(lane, judged, to))) {
      const known = (await ledger.lanes()).get(`${lane.topic}/${String(lane.partition)}`);
      if (known) Object.assign(lane, known);
      return { faults: 0 };
    }
    return { faults: judged.filter(({ fault }) => fault !== null).length };
  }

  /** Whether the topic still has the record at an offset that was verified there; it was replaced when not. */
  async stillHolds(lane: Lane, offset: bigint): Promise<boolean> {
    const known = await this.parts.ledger.eventAt(lane, offset);
    if (known === undefined || known === null) return true;
    const [record] = await this.#read(lane, offset, offset + 1n);
    return record?.headers['ce_id'] === known;
  }

  /** Judges the faulty offsets among `offsets` again, which lie within what the topic holds. */
  async judgeAgain(lane: Lane, offsets: readonly bigint[]): Promise<JudgedRecord[]> {
    const [first, last] = [offsets[0], offsets.at(-1)];
    if (first === undefined || last === undefined) return [];
    const wanted = new Set(offsets);
    return (await this.#judge(lane, first, last + 1n)).filter(({ offset }) => wanted.has(offset));
  }

  /** Stream and version of the event that was verified at an offset; null when the topic no longer has it. */
  async identify(
    lane: Lane,
    offset: bigint,
    eventId: string,
  ): Promise<{ stream: string; version: number } | null> {
    const [record] = await this.#read(lane, offset, offset + 1n);
    const inspected = record && inspectRecord(record, lane.topic, this.parts.writers);
    if (!inspected || 'fault' in inspected || inspected.event.header.id !== eventId) return null;
    const { subject, streamversion } = inspected.event.header;
    return { stream: subject, version: streamversion };
  }

  /** Every offset of `[from, to)`, in order. */
  async #judge(lane: Lane, from: bigint, to: bigint): Promise<JudgedRecord[]> {
    const records = await this.#read(lane, from, to);
    const inspected = records.map((record) => inspectRecord(record, lane.topic, this.parts.writers));
    const ids = inspected.flatMap((item) => ('event' in item ? item.event.header.id : []));
    const copies = await this.parts.store.copies(ids);
    const judged = inspected.map((item) =>
      judgeRecord(item, 'event' in item ? copies.get(item.event.header.id) : undefined),
    );
    const all = [...judged, ...missingOffsets(records, from, to)];
    return all.sort((a, b) => (a.offset < b.offset ? -1 : 1));
  }

  #read(lane: Lane, from: bigint, to: bigint): ReturnType<LogInspector['read']> {
    return this.parts.log.read(topicName(lane.topic, this.parts.topicPrefix), lane.partition, from, to);
  }
}
