import type { LogInspector, TopicMarks } from '@probity/messaging';
import { topicName } from '@probity/messaging';
import type { Finding } from '@probity/reconciliation';
import type { MarkedLane } from './lane.js';
import { laneName } from './lane.js';
import { NAMED, faultFindings, lostFinding, lostRanges } from './lane-findings.js';
import type { LostRange } from './lane-findings.js';
import type { LaneWalker } from './lane-walker.js';
import type { LedgerRepository } from './ledger.repository.js';
import type { StoreRepository } from './store.repository.js';

/** Events of a lost range that are named one by one. */
const NAMED_EVENTS = 5;
/** Faulty records that are judged again at once. */
const FAULTS_AGAIN = 500;
/** Real time for one turn of verifying, ms: marks and alarms must not wait for a long backlog. */
const TURN_MS = 400;
/** Least real time between two looks at what topics have lost and at what was faulty, ms. */
const LOOK_MS = 2_000;
const LONG_AGO = Number.NEGATIVE_INFINITY;

/** What a watch works with. */
export interface WatchParts {
  readonly log: LogInspector;
  readonly ledger: LedgerRepository;
  readonly store: StoreRepository;
  readonly walker: LaneWalker;
  /** Topics to watch, by the names that events carry. */
  readonly topics: readonly string[];
  readonly topicPrefix: string;
  /** Settles everything that a whole check of a scope found. */
  readonly settle: (scope: string, findings: readonly Finding[]) => Promise<void>;
  /** Told when a topic was found replaced. */
  readonly replaced: (lane: string) => void;
}

/** Follows the topics: verifies what is new, notices what they have lost, and looks again at what was faulty. */
export class LaneWatch {
  #lanes: MarkedLane[] = [];
  readonly #faulty = new Set<number>();
  readonly #faultCursor = new Map<number, bigint>();
  #isLoaded = false;
  #lastLook = LONG_AGO;
  #looks = 0;
  #next = 0;
  #anchor = 0;

  constructor(private readonly parts: WatchParts) {}

  /** Lanes with the marks of the last turn. */
  lanes(): readonly MarkedLane[] {
    return this.#lanes;
  }

  /** How many times the marks of all topics have been read. */
  looks(): number {
    return this.#looks;
  }

  /** One turn of work; tells whether there is more to verify. */
  async turn(): Promise<boolean> {
    await this.#refresh();
    await this.#restartReplaced();
    await this.#verify();
    const isDue = performance.now() - this.#lastLook >= LOOK_MS;
    if (isDue) await this.#look();
    return this.#behind().length > 0;
  }

  async #refresh(): Promise<void> {
    const { ledger, topics, topicPrefix } = this.parts;
    if (!this.#isLoaded) for (const lane of await ledger.faultyLanes()) this.#faulty.add(lane);
    const known = this.#isLoaded
      ? new Map(this.#lanes.map(({ lane }) => [laneName(lane), lane]))
      : await ledger.lanes();
    this.#isLoaded = true;
    const found: TopicMarks = await this.parts.log.marks(
      topics.map((topic) => topicName(topic, topicPrefix)),
    );
    for (const topic of topics)
      for (const partition of found.get(topicName(topic, topicPrefix))?.keys() ?? []) {
        const name = laneName({ topic, partition });
        if (!known.has(name)) known.set(name, await ledger.addLane(topic, partition));
      }
    const watched = new Set(topics);
    this.#lanes = [...known.values()]
      .filter(({ topic }) => watched.has(topic))
      .map((lane) => ({
        lane,
        marks: found.get(topicName(lane.topic, topicPrefix))?.get(lane.partition) ?? null,
      }));
    this.#looks += 1;
  }

  #behind(): MarkedLane[] {
    return this.#lanes.filter(({ lane, marks }) => marks !== null && marks.high > lane.nextOffset);
  }

  /** Takes lanes in turn, so that a long backlog of one does not keep the others waiting. */
  async #verify(): Promise<void> {
    const began = performance.now();
    for (let behind = this.#behind(); behind.length > 0; behind = this.#behind()) {
      this.#next += 1;
      const { lane, marks } = behind[this.#next % behind.length] as MarkedLane;
      if (marks === null) return;
      const { faults } = await this.parts.walker.advance(lane, marks);
      if (faults > 0) {
        this.#faulty.add(lane.id);
        await this.#settleFaults({ lane, marks });
      }
      if (performance.now() - began > TURN_MS) return;
    }
  }

  /** A topic that was made again is verified from its beginning. One lane a turn, and each that ends too early. */
  async #restartReplaced(): Promise<void> {
    this.#anchor += 1;
    const due = this.#lanes.filter(
      ({ lane, marks }, at) =>
        marks !== null && (marks.high < lane.nextOffset || at === this.#anchor % this.#lanes.length),
    );
    for (const { lane, marks } of due) {
      if (marks === null || lane.nextOffset === 0n) continue;
      const last = (marks.high < lane.nextOffset ? marks.high : lane.nextOffset) - 1n;
      if (last < marks.low || (await this.parts.walker.stillHolds(lane, last))) continue;
      this.parts.replaced(laneName(lane));
      await this.parts.ledger.restart(lane);
    }
  }

  async #look(): Promise<void> {
    for (const marked of this.#lanes) await this.#lookAtLosses(marked);
    for (const marked of this.#lanes.filter(({ lane }) => this.#faulty.has(lane.id))) {
      await this.#judgeFaultsAgain(marked);
      await this.#settleFaults(marked);
    }
    this.#lastLook = performance.now();
  }

  async #lookAtLosses(marked: MarkedLane): Promise<void> {
    const { lane, marks } = marked;
    const findings: Finding[] = [];
    const kept = [marks?.low ?? 0n, marks === null ? 0n : minimum(marks.high, lane.nextOffset)] as const;
    for (const range of lostRanges(marked)) {
      const missing = await this.parts.ledger.missing(lane, [range.from, range.to], kept, NAMED_EVENTS);
      const finding = lostFinding(lane, range, missing, await this.#unseen(marked, range));
      if (finding) findings.push(finding);
    }
    await this.parts.settle(`lost:${laneName(lane)}`, findings);
  }

  async #unseen({ lane }: MarkedLane, { kind }: LostRange): Promise<number> {
    if (kind !== 'beginning' || lane.unseen === 0) return 0;
    return (await this.parts.store.hasUnaccounted(lane.topic)) ? lane.unseen : 0;
  }

  async #judgeFaultsAgain({ lane, marks }: MarkedLane): Promise<void> {
    if (marks === null) return;
    const from = maximum(this.#faultCursor.get(lane.id) ?? 0n, marks.low);
    const faults = await this.parts.ledger.faults(lane, from, FAULTS_AGAIN);
    // Read as one range: faults of one loss lie together, and a stray one far away waits for the next turn.
    const first = faults[0]?.offset ?? 0n;
    const near = faults.flatMap(({ offset }) =>
      offset < first + 1_000n && offset < marks.high ? offset : [],
    );
    const last = near.at(-1);
    this.#faultCursor.set(lane.id, last === undefined ? 0n : last + 1n);
    if (last === undefined) return;
    await this.parts.ledger.correct(lane, await this.parts.walker.judgeAgain(lane, near));
  }

  async #settleFaults({ lane }: MarkedLane): Promise<void> {
    const faults = await this.parts.ledger.faults(lane, 0n, NAMED * 50);
    if (faults.length === 0) this.#faulty.delete(lane.id);
    await this.parts.settle(`records:${laneName(lane)}`, faultFindings(lane, faults));
  }
}

const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b);
