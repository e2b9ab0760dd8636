import { RowChecker } from '@probity/projection';
import type { RowMismatch } from '@probity/projection';
import { AlarmStore } from '@probity/reconciliation';
import type { Alarm, Finding, Settlement } from '@probity/reconciliation';
import type { ProjectionHost } from '../consumer/projection-host.js';
import { countFindings, NAMED, rowFindings, uncoveredFindings } from './read-model-findings.js';
import { Standstill } from './standstill.js';

/** Records that one statement looks at. */
const PAGE = 500;
/** Least real time between two looks at the ends of the topics, ms. */
const STANDING_MS = 5_000;

/** The last whole pass over a read model. Times are real, ms; null before the first. */
export interface RowPassReport {
  readonly passes: number;
  /** Records whose rows were all found as they were written, in the last whole pass. */
  readonly verifiedRecords: number;
  readonly uncoveredRecords: number;
  readonly durationMs: number | null;
  readonly ageMs: number | null;
}

/** What a check works with. */
export interface ReadModelCheckParts {
  readonly host: ProjectionHost;
  /** Key under which the rows were digested. */
  readonly key: Buffer;
  /** Domain time, RFC 3339 UTC. */
  readonly now: () => string;
  /** Told of every alarm that is raised or resolved. */
  readonly settled: (settlement: Settlement) => void;
}

/** Goes through the live generation of one read model again and again and compares its rows with what was written. */
export class ReadModelCheck {
  readonly projection: string;
  readonly #rows: RowChecker;
  readonly #alarms: AlarmStore;
  readonly #standstill: Standstill;
  #after: string | null = null;
  #found: RowMismatch[] = [];
  #records = 0;
  #uncovered = 0;
  #began = performance.now();
  #ended: number | null = null;
  #lastLook = Number.NEGATIVE_INFINITY;
  #report: Omit<RowPassReport, 'ageMs'> = {
    passes: 0,
    verifiedRecords: 0,
    uncoveredRecords: 0,
    durationMs: null,
  };

  constructor(private readonly parts: ReadModelCheckParts) {
    const { host, key, now } = parts;
    const { name } = host.projection;
    this.projection = name;
    this.#rows = new RowChecker(host.pool, host.projection.define(name), key);
    this.#alarms = new AlarmStore(host.pool, `${name}_acts.alarm`, now);
    this.#standstill = new Standstill(name);
  }

  report(): RowPassReport {
    const ageMs = this.#ended === null ? null : performance.now() - this.#ended;
    return { ...this.#report, ageMs };
  }

  /** Open alarms, oldest first. */
  alarms(): Alarm[] {
    return this.#alarms.open();
  }

  /** Looks at the next page; answers false after the last one of a pass. While another definition holds the rows, nothing is judged. */
  async turn(): Promise<boolean> {
    await this.#alarms.load();
    if (this.parts.host.hold) return false;
    await this.#lookAtCheckpoints();
    if (this.#after === null) this.#begin();
    const { records, uncovered, mismatches, last } = await this.#rows.page(this.#after, PAGE);
    this.#records += records;
    this.#uncovered += uncovered;
    await this.#take(mismatches);
    this.#after = last;
    if (last !== null) return true;
    await this.#end();
    return false;
  }

  #begin(): void {
    [this.#found, this.#records, this.#uncovered] = [[], 0, 0];
    this.#began = performance.now();
  }

  /**
   * What is found is looked at once more, because another generation may have taken the name between two tables of a look. It is
   * raised at once; what it is not found any more is resolved at the end of the pass.
   */
  async #take(mismatches: readonly RowMismatch[]): Promise<void> {
    if (mismatches.length === 0) return;
    const ids = [...new Set(mismatches.map(({ recordId }) => recordId))];
    const confirmed = new Set((await this.#rows.again(ids)).map(placeOf));
    this.#found.push(...mismatches.filter((mismatch) => confirmed.has(placeOf(mismatch))));
    // More than are named one by one are told of at the end of the pass, when their number is known.
    if (this.#found.length > NAMED) return;
    const open = this.alarms().filter(({ scope }) => scope === 'rows');
    await this.#settle('rows', [...open, ...rowFindings(this.projection, this.#found)]);
  }

  async #end(): Promise<void> {
    const { projection } = this;
    const uncovered = uncoveredFindings(projection, this.#uncovered, this.#records);
    await this.#settle('rows', rowFindings(projection, this.#found));
    await this.#settle('coverage', uncovered);
    const counts = await this.#rows.counts();
    const confirmed = counts.length === 0 ? [] : await this.#rows.counts();
    await this.#settle('counts', countFindings(projection, confirmed));
    const wrong = new Set(this.#found.map(({ recordId }) => recordId)).size;
    this.#ended = performance.now();
    this.#report = {
      passes: this.#report.passes + 1,
      verifiedRecords: Math.max(0, this.#records - this.#uncovered - wrong),
      uncoveredRecords: this.#uncovered,
      durationMs: this.#ended - this.#began,
    };
  }

  async #lookAtCheckpoints(): Promise<void> {
    if (performance.now() - this.#lastLook < STANDING_MS) return;
    const standings = await this.parts.host.report();
    this.#lastLook = performance.now();
    await this.#settle('standing', this.#standstill.look(standings, this.#lastLook));
  }

  async #settle(scope: string, findings: readonly Finding[]): Promise<void> {
    const settlement = await this.#alarms.settle(scope, findings);
    if (settlement.raised.length + settlement.resolved.length > 0) this.parts.settled(settlement);
  }
}

function placeOf({ table, recordId, kind }: RowMismatch): string {
  return `${table} ${recordId} ${kind}`;
}
