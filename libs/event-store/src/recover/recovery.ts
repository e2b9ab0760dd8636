import type { ClientConfig } from 'pg';
import type { SqlClient } from '../append.js';
import { partitionOf } from '../append.js';
import { LockSession } from '../relay/lock-session.js';
import type { Lane } from '../relay/outbox.js';
import { recordedOffset } from '../relay/tail-check.js';
import { readLane, type LaneEnds, type LaneReading } from './lane-reader.js';
import { PositionSet } from './position-set.js';
import type { RecoveryReport, RecoveryProgress, LaneCondition, LaneReport } from './recovery-report.js';
import type { RecoveryTopic, VerifyWriter } from './recovery-port.js';
import { acceptEnd, refill, type Refill } from './refill.js';
import { sentPositions, placesOf } from './store-scan.js';

/** What a recovery works with. */
export interface RecoveryOptions {
  readonly database: ClientConfig;
  readonly topics: readonly RecoveryTopic[];
  readonly verify: VerifyWriter;
  /** Look and count; change nothing, and let the relay go on. */
  readonly isDryRun: boolean;
  /** How long a send of a relay that died may still be under way, in milliseconds; 5000 when absent. */
  readonly sendTimeout?: number;
  /** Gives random UUIDs. */
  readonly newId: () => string;
  /** Domain time now. */
  readonly now: () => string;
  readonly progress?: (progress: RecoveryProgress) => void;
}

/** Another process relays one of the topics, so that this one cannot know what is under way. */
export class RecoveryBusy extends Error {
  override readonly name = 'RecoveryBusy';
}

interface LaneWork {
  readonly topic: RecoveryTopic;
  readonly lane: Lane;
  readonly isThere: boolean;
  readonly ends: LaneEnds;
}

const SEND_TIMEOUT = 5000;
const NOTHING: Refill = { refilled: 0, putBack: 0, generation: null, haveMoved: false };

/**
 * Make the store and the topics of a service whole from each other: what the store lacks is taken back from the topics,
 * verified; what the topics lack is sent again. Run again after it was killed, it goes on. The relay must not run.
 *
 * @throws RecoveryBusy when another process holds the lock of a topic
 */
export async function recoverStore(options: RecoveryOptions): Promise<RecoveryReport> {
  const session = await LockSession.open(options.database);
  try {
    const work = new Recovery(session, options);
    return await Promise.race([work.run(), session.lost]);
  } finally {
    await session.close();
  }
}

class Recovery {
  readonly #seen = new PositionSet();
  #done = 0;
  #total = 0;

  constructor(
    private readonly session: LockSession,
    private readonly options: RecoveryOptions,
  ) {}

  async run(): Promise<RecoveryReport> {
    const { topics, isDryRun } = this.options;
    if (!isDryRun) await this.#takeLocks();
    // In this order nothing is under way between the looks: what was sent by now is in the topic when it is read.
    const sent = await sentPositions(
      this.session,
      topics.map(({ topic }) => topic),
    );
    const lanes = await this.#lanes();
    const readings = new Map<string, LaneReading>();
    for (const { lane, topic, ends, isThere } of lanes) {
      if (isThere)
        readings.set(nameOf(lane), await readLane(this.#readingContext(), topic, lane.partition, ends));
    }
    const missing = await placesOf(this.session, sent.without(this.#seen), (topic, key) =>
      partitionOf(key, topics.find((each) => each.topic === topic)?.partitions ?? 1),
    );
    const reports: LaneReport[] = [];
    for (const each of lanes)
      reports.push(
        await this.#settle(each, readings.get(nameOf(each.lane)), missing.get(nameOf(each.lane)) ?? []),
      );
    return { isDryRun, lanes: reports };
  }

  async #takeLocks(): Promise<void> {
    const names = this.options.topics.map(({ topic }) => topic);
    const taken = new Set(await this.session.tryLock(names));
    const foreign = names.find((name) => !taken.has(name));
    if (foreign !== undefined) throw new RecoveryBusy(`another process relays ${foreign}`);
    const { rows } = await this.session.query(
      'SELECT 1 FROM events.published WHERE topic = ANY ($1) AND NOT is_released LIMIT 1',
      [names],
    );
    if (rows.length === 0) return;
    const until = performance.now() + (this.options.sendTimeout ?? SEND_TIMEOUT);
    while (performance.now() < until) await this.session.sleep(until - performance.now());
  }

  async #lanes(): Promise<LaneWork[]> {
    const lanes: LaneWork[] = [];
    for (const topic of this.options.topics) {
      const isThere = await topic.log.exists(topic.topic);
      for (let partition = 0; partition < topic.partitions; partition += 1) {
        const lane = { topic: topic.topic, partition };
        const recorded = await recordedOffset(this.session, lane);
        const marks = isThere ? await topic.log.marks(topic.topic, partition) : { low: 0n, high: 0n };
        this.#total += Number(marks.high - marks.low);
        lanes.push({ topic, lane, isThere, ends: { ...marks, recorded } });
      }
    }
    return lanes;
  }

  #readingContext(): Parameters<typeof readLane>[0] {
    const { verify, isDryRun } = this.options;
    const progress = (records: number): void => {
      this.#advance(records);
    };
    return { client: this.session, verify, isDryRun, seen: this.#seen, progress };
  }

  async #settle(
    work: LaneWork,
    reading: LaneReading | undefined,
    missing: readonly number[],
  ): Promise<LaneReport> {
    const { lane, ends, isThere } = work;
    const { isDryRun } = this.options;
    const client: SqlClient = this.session;
    const isShort = ends.high < ends.recorded;
    const isCut = ends.low > 0n;
    // Without a topic nothing can be sent, and what was cut off at the beginning cannot come back at the end.
    const canFill = (isThere || isDryRun) && (isShort || (missing.length > 0 && !isCut));
    const filled = canFill ? await this.#refill(work, isCut ? [] : missing) : NOTHING;
    if (!isDryRun && isThere && !canFill && (await recordedOffset(client, lane)) !== ends.high)
      await acceptEnd(client, lane, ends.high);
    const { records = 0, duplicates = 0, takenBack = 0, refused = [] } = reading ?? {};
    const lacking = Math.max(0, missing.length - filled.refilled - filled.putBack);
    const found = conditionOf(work, { takenBack, refused: refused.length });
    return { ...lane, found, records, duplicates, takenBack, ...filled, lacking, refused };
  }

  #refill({ lane, topic, ends }: LaneWork, missing: readonly number[]): Promise<Refill> {
    const { isDryRun, newId, now } = this.options;
    this.#total += missing.length;
    const context = {
      client: this.session,
      isDryRun,
      newId,
      now,
      progress: (records: number): void => {
        this.#advance(records);
      },
    };
    const { high: end, recorded } = ends;
    return refill(context, { lane, log: topic.log, end, recorded, missing });
  }

  #advance(records: number): void {
    this.#done += records;
    this.options.progress?.({ done: this.#done, total: Math.max(this.#done, this.#total) });
  }
}

function conditionOf(
  { ends, isThere }: LaneWork,
  { takenBack, refused }: { takenBack: number; refused: number },
): LaneCondition {
  const { low, high, recorded } = ends;
  if (!isThere || (high === 0n && recorded > 0n)) return 'topic-lost';
  if (high < recorded) return 'topic-behind';
  if (low > 0n) return 'topic-cut';
  return takenBack + refused > 0 ? 'store-behind' : 'whole';
}

function nameOf({ topic, partition }: Lane): string {
  return `${topic}/${String(partition)}`;
}
