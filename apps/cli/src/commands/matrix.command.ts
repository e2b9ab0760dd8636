import { Command, Option } from 'commander';
import { asOption, examples, withStack, type CommandContext } from '../context.js';
import type { ServiceClient } from '../http/service-client.js';
import { reasonHeaders, withReason, type ReasonOptions } from '../identity/stated-reason.js';
import { renderTable, type Column } from '../output/table.js';
import { parseCount } from '../parse-count.js';

/** An entry of the central matrix as governance tells it; it names a record, never a person. */
interface MatrixEntry {
  recordId: string;
  /** What people call the record by. */
  reference: string;
  borough: string;
  roleLabel: string;
  bandLabel: string;
  assertion: string | null;
  enteredAt: string;
  reviewDue: string;
  withholdFrom: string;
}

interface MatrixPage {
  items: MatrixEntry[];
  nextCursor: string | null;
}

interface MatrixSummary {
  asAt: string;
  total: number;
  boroughs: { borough: string; RED: number; AMBER: number; GREEN: number; total: number }[];
  bands: { RED: number; AMBER: number; GREEN: number };
}

interface MatrixOptions extends ReasonOptions {
  borough?: string;
  band?: string;
  role?: string;
  limit: number;
  all?: boolean;
  json?: boolean;
  as?: string;
}

const PAGE = 500;

const ENTRY_COLUMNS: readonly Column[] = [
  { heading: 'Reference' },
  { heading: 'Record' },
  { heading: 'Borough' },
  { heading: 'Role' },
  { heading: 'Band' },
  { heading: 'Entered' },
  { heading: 'Review due' },
  { heading: 'Withheld from' },
  { heading: 'Assertion' },
];

const SUMMARY_COLUMNS: readonly Column[] = [
  { heading: 'Borough' },
  { heading: 'Red', align: 'right' },
  { heading: 'Amber', align: 'right' },
  { heading: 'Green', align: 'right' },
  { heading: 'Total', align: 'right' },
];

/** Who reads unless somebody else is said or logged in. */
const READER = 'central-1';

/** `probity matrix`: the entries of the central matrix, as the central team sees them. */
export function matrixCommand(context: CommandContext): Command {
  return withReason(new Command('matrix'))
    .summary('list the matrix')
    .description(
      'Lists entries of the matrix: records, roles and bands, never names. Each page is a look: it needs a reason, and is logged before it is shown. Borough people see their own borough.',
    )
    .option('--borough <code>', 'entries of one borough')
    .addOption(new Option('--band <band>', 'entries of one band').choices(['RED', 'AMBER', 'GREEN']))
    .addOption(
      new Option('--role <role>', 'entries of one role').choices([
        'SUSPECTED_OFFENDER',
        'CONVICTED_OFFENDER',
      ]),
    )
    .option('--limit <count>', 'how many entries, 1 to 500', parseCount(PAGE), 50)
    .option('--all', 'every entry, whatever the limit')
    .addOption(asOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'probity matrix --borough E09000012 --band RED --purpose VIOLENCE_REDUCTION_TASKING --because "weekly tasking meeting"',
        'probity matrix --all --json --as auditor --purpose AUDIT --because "quarterly sample of the matrix"',
        'probity matrix summary',
      ),
    )
    .action(async (options: MatrixOptions) => listMatrix(context, options))
    .addCommand(summaryCommand(context));
}

function summaryCommand(context: CommandContext): Command {
  return new Command('summary')
    .summary('count the entries by borough and band')
    .description('Counts the entries of the central matrix by borough and band.')
    .addOption(asOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity matrix summary', 'probity matrix summary --json'))
    .action(async (_options: unknown, command: Command) => {
      const { json, as } = command.optsWithGlobals<{ json?: boolean; as?: string }>();
      await withStack(
        context,
        async (stack) => {
          const summary = await stack.acting('governance', READER).get<MatrixSummary>('/v1/matrix/summary');
          if (json === true) context.output.json(summary);
          else context.output.data(summaryTable(summary));
        },
        as,
      );
    });
}

async function listMatrix(context: CommandContext, options: MatrixOptions): Promise<void> {
  await withStack(
    context,
    async (stack) => {
      const governance = stack.acting('governance', READER);
      const page =
        options.all === true
          ? await everyEntry(governance, options)
          : await pageOf(governance, options, options.limit, null);
      if (options.json === true) context.output.json(page);
      else context.output.data(entryTable(page.items));
      if (page.nextCursor !== null)
        context.output.note('There are more entries: use --all or a higher --limit.');
    },
    options.as,
  );
}

async function everyEntry(governance: ServiceClient, options: MatrixOptions): Promise<MatrixPage> {
  const items: MatrixEntry[] = [];
  let cursor: string | null = null;
  do {
    const page: MatrixPage = await pageOf(governance, options, PAGE, cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { items, nextCursor: null };
}

async function pageOf(
  governance: ServiceClient,
  options: MatrixOptions,
  limit: number,
  cursor: string | null,
): Promise<MatrixPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  const { borough, band, role } = options;
  for (const [name, value] of Object.entries({ borough, band, role, cursor })) {
    if (typeof value === 'string') query.set(name, value);
  }
  return governance.get<MatrixPage>(`/v1/matrix?${query.toString()}`, reasonHeaders(options));
}

function entryTable(items: readonly MatrixEntry[]): string {
  return renderTable(
    ENTRY_COLUMNS,
    items.map((item) => [
      item.reference,
      item.recordId,
      item.borough,
      item.roleLabel,
      item.bandLabel,
      dayOf(item.enteredAt),
      dayOf(item.reviewDue),
      dayOf(item.withholdFrom),
      item.assertion,
    ]),
  );
}

function summaryTable({ asAt, boroughs, bands, total }: MatrixSummary): string {
  const rows = boroughs.map(({ borough, RED, AMBER, GREEN, total: count }) => [
    borough,
    RED,
    AMBER,
    GREEN,
    count,
  ]);
  const table = renderTable(SUMMARY_COLUMNS, rows, [['Total', bands.RED, bands.AMBER, bands.GREEN, total]]);
  return `Central matrix as at ${asAt}\n\n${table}`;
}

/** The day of an instant; review dates are days to their reader. */
function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
