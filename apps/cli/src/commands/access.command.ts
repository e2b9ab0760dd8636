import { Command, Option } from 'commander';
import { asOption, examples, withStack, type CommandContext } from '../context.js';
import { reasonHeaders, withReason, type ReasonOptions } from '../identity/stated-reason.js';
import { renderTable, type Column } from '../output/table.js';
import { parseCount } from '../parse-count.js';

interface AccessOptions extends ReasonOptions {
  by?: string;
  action?: string;
  list?: string;
  borough?: string;
  outcome?: string;
  from?: string;
  to?: string;
  limit: number;
  all?: boolean;
  as?: string;
  json?: boolean;
}

interface Look {
  when: string;
  by: string;
  role: string;
  action: string;
  list: string;
  purpose: string;
  outcome: string;
  codes: string[];
  borough: string | null;
  subjectCount: number;
}

interface LooksPage {
  items: Look[];
  notAuthentic: number;
  nextCursor: string | null;
}

const READER = 'auditor';
const PAGE = 500;
const ACTIONS = ['LIST_ENTRIES', 'OPEN_IDENTITY', 'SEARCH', 'READ_LOG'];
const COLUMNS: readonly Column[] = [
  { heading: 'When' },
  { heading: 'By' },
  { heading: 'Role' },
  { heading: 'Action' },
  { heading: 'List' },
  { heading: 'Borough' },
  { heading: 'Purpose' },
  { heading: 'People', align: 'right' },
  { heading: 'Outcome' },
];

const ABOUT = `Reads the log of looks, oldest first: who looked at which list, for what, at how many people, and what was refused. Whom and why stay under
seal. The log serves lawfulness, self-monitoring, discipline, integrity and security, criminal proceedings and the Commissioner (DPA 2018 s.62(4));
how well officers perform is not among them. Reading it is a look too, and stands in it.`;

/** `probity access`: the log of looks. */
export function accessCommand(context: CommandContext): Command {
  return new Command('access').summary('read who looked at what').addCommand(logCommand(context));
}

function logCommand(context: CommandContext): Command {
  return withReason(new Command('log'))
    .summary('list the log of looks, for a reason')
    .description(ABOUT)
    .option('--by <staff id>', 'looks of one person')
    .addOption(new Option('--action <action>', 'looks of one kind').choices(ACTIONS))
    .addOption(new Option('--list <list>', 'looks at one list').choices(['matrix', 'safeguarding', 'log']))
    .option('--borough <code>', 'looks at one borough alone')
    .addOption(new Option('--outcome <outcome>', 'what came of it').choices(['shown', 'refused']))
    .option('--from <instant>', 'from this instant on, e.g. 2026-11-01T09:00:00Z')
    .option('--to <instant>', 'before this instant')
    .option('--limit <count>', `how many, 1 to ${PAGE}`, parseCount(PAGE), 50)
    .option('--all', 'every entry, whatever --limit says')
    .addOption(asOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'probity access log --outcome refused --purpose LAWFULNESS --because "quarterly check of refusals"',
        'probity access log --by central-1 --all --as dpo --purpose DISCIPLINE --because "complaint of 3 November" --json',
      ),
    )
    .action(async (options: AccessOptions) => {
      const headers = reasonHeaders(options);
      await withStack(
        context,
        async (stack) => {
          const governance = stack.acting('governance', READER);
          const found: LooksPage = { items: [], notAuthentic: 0, nextCursor: null };
          do {
            const query = queryOf(options, found);
            const page: LooksPage = await governance.get(`/v1/looks?${query}`, headers);
            found.items.push(...page.items);
            found.notAuthentic += page.notAuthentic;
            found.nextCursor = page.nextCursor;
          } while (found.nextCursor !== null && (options.all === true || found.items.length < options.limit));
          if (options.json === true) context.output.json(found);
          else context.output.data(looksTable(found.items));
          if (found.notAuthentic > 0)
            context.output.note(
              `${found.notAuthentic} records of the log are signed by nobody: see probity reconcile.`,
            );
          if (found.nextCursor !== null)
            context.output.note('There are more entries: use --all or a higher --limit.');
        },
        options.as,
      );
    });
}

function queryOf(options: AccessOptions, { items, nextCursor }: LooksPage): string {
  const { by, action, list, borough, outcome, from, to, all, limit } = options;
  const wanted = all === true ? PAGE : limit - items.length;
  const query = new URLSearchParams({ limit: String(wanted) });
  for (const [name, value] of Object.entries({
    by,
    action,
    list,
    borough,
    outcome,
    from,
    to,
    cursor: nextCursor,
  }))
    if (typeof value === 'string') query.set(name, value);
  return query.toString();
}

function looksTable(items: readonly Look[]): string {
  return renderTable(
    COLUMNS,
    items.map(({ when, by, role, action, list, borough, purpose, subjectCount, outcome, codes }) => [
      ...[when, by, role, action, list, borough, purpose, subjectCount],
      outcome === 'refused' ? `refused: ${codes.join(', ')}` : outcome,
    ]),
  );
}
