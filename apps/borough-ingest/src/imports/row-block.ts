import type { ListItem, OpenedList } from '../reading/legacy-file.js';
import type { ReadableRow, UnreadableRow } from '../reading/legacy-row.js';
import { contentOf } from '../reading/legacy-row.js';
import { problemRow } from '../reading/problem-rows.js';
import type { RawRow } from '../reading/row-scanner.js';
import type { DecidedRow } from './decided-row.js';
import type { RowStatus } from '../reading/report-writer.js';
import type { ImportJob } from './import-job.js';
import type { KeyPool } from './key-pool.js';
import type { RowDecider } from './row-decider.js';
import type { RowHasher, RowMacs } from './row-key.js';
import { scopeOf } from './row-key.js';
import type { FirstRow, SeenRowsRepository } from './seen-rows.repository.js';

type Row = Extract<ListItem, { kind: 'row' }>;

/** Decides rows of one import a block at a time: unreadable, repeated, or a command of its own. */
export class RowBlock {
  /** What the last block will have remembered when it is written: it may be on its way while the next one is decided. */
  #onTheirWay = new Map<string, FirstRow>();

  constructor(
    private readonly run: { readonly job: ImportJob; readonly borough: string; readonly hasher: RowHasher },
    private readonly list: Pick<OpenedList, 'dialect' | 'header'>,
    private readonly decider: RowDecider,
    private readonly keys: KeyPool,
    private readonly seenRows: SeenRowsRepository,
  ) {}

  /**
   * Decide a block in file order. The outcome of a row depends on it and on earlier rows alone, so a second run agrees.
   * The block before the last one must be written.
   */
  async decide(rows: readonly Row[]): Promise<DecidedRow[]> {
    await Promise.all([this.keys.fill('matrix', rows.length), this.keys.fill('safeguarding', rows.length)]);
    const macs = rows.map(({ reading }) => (reading.kind === 'readable' ? this.#macsOf(reading) : null));
    const rowKeys = macs.flatMap((each) => (each ? [each.rowKey] : []));
    const first = await this.seenRows.firstRows(scopeOf(this.run.job), this.run.borough, rowKeys);
    const known = new Map([...this.#onTheirWay, ...first]);
    this.#onTheirWay = new Map();
    return rows.map((row, place) => this.#decideRow(row, macs[place] ?? null, known));
  }

  #macsOf(reading: ReadableRow): RowMacs {
    return this.run.hasher.row(reading.row.localRef, contentOf(reading));
  }

  #decideRow(row: Row, macs: RowMacs | null, known: Map<string, FirstRow>): DecidedRow {
    const { reading, raw } = row;
    if (reading.kind === 'unreadable' || !macs) return this.#unreadable(reading as UnreadableRow, raw);
    const hex = macs.rowKey.toString('hex');
    const earlier = known.get(hex);
    if (earlier && earlier.line !== reading.line) return this.#repeated(reading, raw, macs, earlier);
    const decided = this.decider.decide(reading.line, reading.row);
    if (earlier) {
      // An interrupted run has written what this row became; deciding it again only tells the outcome.
      if (decided.write?.kind === 'record') this.keys.giveBack(decided.write.family, decided.write.key);
      return { ...decided, macs, write: null };
    }
    const first = { contentMac: macs.contentMac, line: reading.line };
    known.set(hex, first);
    this.#onTheirWay.set(hex, first);
    return { ...decided, macs };
  }

  #unreadable(reading: UnreadableRow, raw: RawRow): DecidedRow {
    const { line, localRef, codes, fields } = reading;
    const outcome = notDecided(line, localRef, 'PROBLEM', codes);
    return { outcome, problemRow: this.#problemRow(raw, { codes, fields }), macs: null, write: null };
  }

  #repeated(reading: ReadableRow, raw: RawRow, macs: RowMacs, earlier: FirstRow): DecidedRow {
    const { localRef } = reading.row;
    if (earlier.contentMac.equals(macs.contentMac)) {
      return {
        outcome: notDecided(reading.line, localRef, 'DUPLICATE', []),
        problemRow: null,
        macs: null,
        write: null,
      };
    }
    const codes = ['SCH-005'];
    const outcome = notDecided(reading.line, localRef, 'PROBLEM', codes);
    return {
      outcome,
      problemRow: this.#problemRow(raw, { codes, fields: ['local_ref'] }),
      macs: null,
      write: null,
    };
  }

  #problemRow(raw: RawRow, problem: Parameters<typeof problemRow>[3]): string {
    return problemRow(this.list.dialect, this.list.header, raw, problem).toString('base64');
  }
}

function notDecided(
  line: number,
  localRef: string | null,
  status: RowStatus,
  codes: readonly string[],
): DecidedRow['outcome'] {
  return { line, localRef, status, codes, role: null, band: null };
}
