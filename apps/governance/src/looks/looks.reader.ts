import { LOOKS_TOPIC, type LookBasis } from '@probity/access-log';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  decodeRecord,
  EventFormatError,
  SignatureError,
  WriterRegistry,
  type StoredEvent,
  type WriterRegistryFile,
} from '@probity/events';
import { KafkaLog, topicName } from '@probity/messaging';
import { DomainClock, readStackFile, STACK_CONFIG, type StackConfig } from '@probity/platform';
import { mergeLanes, type Lane, type MergedPage, type Placed } from './merge-lanes.js';

const PARTITIONS = [0, 1, 2, 3];
/** Entries that are read of each partition for one page; a page that looks for rare ones may be empty and go on. */
const READ_AT_ONCE = 1_000;

/** Where each partition is to be read on; what is not named is read from its beginning. */
export type LooksPlace = Readonly<Record<string, number>>;

/** A page of the log and what it was read from. */
export interface ReadLooks extends MergedPage<StoredEvent> {
  readonly basis: LookBasis;
  /** Records that no writer of this system has signed, or that are none: they are not shown as entries. */
  readonly notAuthentic: number;
}

/** Reads the log of looks itself, not a copy of it: each entry is checked against its hashes and its writer's signature. */
@Injectable()
export class LooksReader implements OnApplicationShutdown {
  readonly #log: KafkaLog;
  readonly #topic: string;
  readonly #writers: WriterRegistry;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(DomainClock) private readonly clock: DomainClock,
  ) {
    this.#log = new KafkaLog({ clientId: 'governance', connection: config.kafka('governance') });
    this.#topic = topicName(LOOKS_TOPIC, config.topicPrefix);
    this.#writers = new WriterRegistry(JSON.parse(readStackFile(config.paths.writers)) as WriterRegistryFile);
  }

  /** Entries in the order of time. @param most how many are shown, 1 or more */
  async page(wanted: (entry: StoredEvent) => boolean, place: LooksPlace, most: number): Promise<ReadLooks> {
    let notAuthentic = 0;
    const lanes: Lane<StoredEvent>[] = [];
    for (const partition of PARTITIONS) {
      const { lane, refused } = await this.#lane(partition, place[String(partition)] ?? 0);
      lanes.push(lane);
      notAuthentic += refused;
    }
    const positions = Object.fromEntries(
      lanes.map(({ partition, to }) => [`looks.${String(partition)}`, to]),
    );
    const basis = { projection: 'looks', generation: 1, asAt: this.clock.now(), positions };
    return { ...mergeLanes(lanes, wanted, most), basis, notAuthentic };
  }

  async #lane(partition: number, asked: number): Promise<{ lane: Lane<StoredEvent>; refused: number }> {
    const { low, high } = await this.#log.marks(this.#topic, partition);
    const from = Math.min(Math.max(asked, Number(low)), Number(high));
    const to = Math.min(from + READ_AT_ONCE, Number(high));
    const entries: Placed<StoredEvent>[] = [];
    let refused = 0;
    if (to > from)
      for await (const record of this.#log.read(this.#topic, partition, BigInt(from), BigInt(to))) {
        const entry = this.#authentic({ ...record, topic: LOOKS_TOPIC });
        if (entry === null) refused += 1;
        else entries.push({ partition, offset: Number(record.offset), when: entry.header.time, entry });
      }
    return { lane: { partition, from, to, hasMore: to < Number(high), entries }, refused };
  }

  #authentic(record: Parameters<typeof decodeRecord>[0]): StoredEvent | null {
    try {
      const entry = decodeRecord(record);
      this.#writers.verify(entry);
      return entry;
    } catch (error) {
      if (error instanceof EventFormatError || error instanceof SignatureError) return null;
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#log.close();
  }
}
