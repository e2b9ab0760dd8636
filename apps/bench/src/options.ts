import { parseArgs } from 'node:util';

/** The measurements, in the order in which they run. */
export const MEASUREMENTS = [
  'memory',
  'import',
  'latency',
  'append',
  'group',
  'relay',
  'projector',
  'rebuild',
  'emmett',
  'seal',
  'leases',
  'rotation',
  'looks',
  'door',
] as const;

/** One of {@link MEASUREMENTS}. */
export type MeasurementName = (typeof MEASUREMENTS)[number];

/** Those that add nothing but made-up records to a store, and so can run on a stack that somebody uses. */
const ON_A_RUNNING_STACK: readonly MeasurementName[] = ['memory', 'import', 'latency'];

/** How much of everything is measured. */
export interface Sizes {
  /** Alternations of ours and the raw limit. */
  readonly rounds: number;
  /** Blocks of 500 events that one round appends. */
  readonly appendBlocks: number;
  /** Events that one round appends one at a time. */
  readonly singleEvents: number;
  /** Events that one round relays. */
  readonly relayEvents: number;
  /** Events that the projector catches up with. */
  readonly projectorEvents: number;
  readonly projectorRounds: number;
  /** Events that a generation is rebuilt from, beside readers. */
  readonly rebuildEvents: number;
  /** Groups that one round seals, and opens. */
  readonly sealedGroups: number;
  /** Keys that are leased and rotated. */
  readonly vaultKeys: number;
  readonly vaultRounds: number;
  /** Rows of one imported list. */
  readonly importRows: number;
  readonly importRounds: number;
  /** Events a second of the steady load, and for how many seconds. */
  readonly loadRate: number;
  readonly loadSeconds: number;
}

/** Fewer events are rebuilt before a reader has read often enough. */
const LEAST_REBUILT = 10_000;

const FULL: Sizes = {
  rounds: 7,
  appendBlocks: 10,
  singleEvents: 10_000,
  relayEvents: 10_000,
  projectorEvents: 30_000,
  projectorRounds: 5,
  rebuildEvents: 100_000,
  sealedGroups: 50_000,
  vaultKeys: 100_000,
  vaultRounds: 3,
  importRows: 10_000,
  importRounds: 3,
  loadRate: 200,
  loadSeconds: 20,
};

const QUICK: Sizes = {
  rounds: 2,
  appendBlocks: 3,
  singleEvents: 3_000,
  relayEvents: 2_000,
  projectorEvents: 6_000,
  projectorRounds: 1,
  rebuildEvents: 20_000,
  sealedGroups: 20_000,
  vaultKeys: 10_000,
  vaultRounds: 1,
  importRows: 2_000,
  importRounds: 1,
  loadRate: 200,
  loadSeconds: 5,
};

/** What the command line asks for. */
export interface BenchOptions {
  readonly isJson: boolean;
  readonly only: ReadonlySet<MeasurementName>;
  readonly sizes: Sizes;
  /** Home of a running stack to be measured; a stack of its own when null. */
  readonly home: string | null;
}

/** The command line cannot be understood. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: npm run bench -- [options]

Measures how fast the parts of Probity are, each beside the raw limit of what it stands on, in the same run and
in turn: compare ratios, not numbers of different machines. Needs about fourteen minutes, four with --quick.

  --quick        small sizes
  --only NAME    one measurement (may be given again): ${MEASUREMENTS.join(', ')}
  --home FOLDER  measure the running stack of this home instead of one of its own; adds made-up records to it.
                 For ${ON_A_RUNNING_STACK.join(', ')} only: the others need databases and topics of their own
  --rebuild N    rebuild from N events, e.g. 1000000
  --json         print the figures as JSON
  --help         print this

Figures go to stdout, progress to stderr. Exit codes: 0 measured, nothing lost or doubled; 1 something was lost,
doubled or failed; 2 the command line cannot be understood; 130 broken off.
`;

/**
 * Reads the command line.
 *
 * @returns null when help is asked for
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const values = parsed(args);
  if (values.help) return null;
  const home = values.home ?? null;
  const possible = home === null ? MEASUREMENTS : ON_A_RUNNING_STACK;
  const unknown = values.only.find((name) => !(possible as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${unknown} cannot be measured here: name one of ${possible.join(', ')}.`);
  const only = values.only.length > 0 ? (values.only as MeasurementName[]) : possible;
  const sizes = values.quick ? QUICK : FULL;
  const rebuildEvents = values.rebuild === undefined ? sizes.rebuildEvents : Number(values.rebuild);
  if (!Number.isInteger(rebuildEvents) || rebuildEvents < LEAST_REBUILT)
    throw new UsageError(`--rebuild takes a whole number of events, ${String(LEAST_REBUILT)} or more.`);
  return { isJson: values.json, only: new Set(only), sizes: { ...sizes, rebuildEvents }, home };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        only: { type: 'string', multiple: true, default: [] },
        home: { type: 'string' },
        rebuild: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
