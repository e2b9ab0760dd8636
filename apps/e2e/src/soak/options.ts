import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface SoakOptions {
  seeds: number[];
  /** Minutes after which no further seed begins; null without a bound. */
  minutes: number | null;
  lanes: number;
  /** Markdown file that is written after every seed; null for none. */
  report: string | null;
  isJson: boolean;
  /** Whether the folders of all stores stay, not of those alone where something was found. */
  keep: boolean;
}

/** The command line cannot be understood. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: npm run test:soak -- [options]

Imports lists into real stacks while processes are killed and frozen, the broker restarts, database sessions are dropped, the
disk is slow, relays lose their locks, and more, each drawn from a seed. Then everything that was accepted is looked for: in
the store, the topics, the read models and the report. A seed takes 10 to 30 seconds, and two stores are worked on at a time.

  --seeds N      how many seeds (20)
  --from S       the first seed (1)
  --seed S       one seed alone, as to replay a finding
  --minutes M    begin no further seed after so many minutes
  --lanes N      stores that are worked on at the same time, 1 to 4 (2)
  --report FILE  write what was found as Markdown; the file is whole after every seed
  --json         print one JSON text a seed
  --keep         keep the folders of all stores
  --help         print this

Results go to stdout, progress to stderr. Exit codes: 0 nothing was found; 1 something was lost, doubled, reordered or half
applied, or the series broke off; 2 the command line cannot be understood; 130 stopped by Ctrl-C. The stores of seeds with
findings are kept; the last lines name them.
`;

/**
 * Reads the command line.
 *
 * @returns null when help is asked for
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): SoakOptions | null {
  const values = parsed(args);
  if (values.help) return null;
  const alone = values.seed === undefined ? null : whole('--seed', values.seed);
  const from = alone ?? whole('--from', values.from);
  const count = alone === null ? whole('--seeds', values.seeds) : 1;
  return {
    seeds: Array.from({ length: count }, (_, index) => from + index),
    minutes: values.minutes === undefined ? null : whole('--minutes', values.minutes),
    lanes: whole('--lanes', values.lanes, 4),
    report: values.report ?? null,
    isJson: values.json,
    keep: values.keep,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '20' },
        from: { type: 'string', default: '1' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        lanes: { type: 'string', default: '2' },
        report: { type: 'string' },
        json: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string, most = 1_000_000): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new UsageError(`${name} takes a whole number from 1 to ${String(most)}.`);
  return value;
}
