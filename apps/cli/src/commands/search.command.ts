import { Command, Option } from 'commander';
import { asOption, examples, withStack, type CommandContext } from '../context.js';
import { reasonMembers, withReason, type ReasonOptions } from '../identity/stated-reason.js';
import { renderTable, type Column } from '../output/table.js';
import { parseCount } from '../parse-count.js';

interface SearchOptions extends ReasonOptions {
  list: 'matrix' | 'safeguarding';
  borough?: string;
  familyName?: string;
  givenName?: string;
  born: string;
  limit: number;
  as?: string;
  json?: boolean;
}

interface Found {
  entry: string;
  items: {
    recordId: string;
    reference: string;
    borough: string;
    agreement: 'strong' | 'likely' | 'possible';
    agreed: string[];
  }[];
}

const SEARCHER = 'central-1';
const MOST = 20;
const COLUMNS: readonly Column[] = [
  { heading: 'Reference' },
  { heading: 'Record' },
  { heading: 'Borough' },
  { heading: 'Agreement' },
  { heading: 'What agrees' },
];

const ABOUT = `Searches a list for one person, by name and by date or year of birth, in spite of slips of spelling. It needs both: a name alone,
or a birthday alone, is no question about one person. It answers with records and how well they agree, never with names: probity open
shows those. Who searched for whom and why is in the log of looks before anything is shown, also when nobody is found.`;

/** `probity search`: who may be on a list, by name and birth. */
export function searchCommand(context: CommandContext): Command {
  return withReason(new Command('search'))
    .summary('search a list for one person, for a reason')
    .description(ABOUT)
    .addOption(
      new Option('--list <list>', 'the list to search in')
        .choices(['matrix', 'safeguarding'])
        .default('matrix'),
    )
    .option('--borough <code>', 'search one borough')
    .option('--family-name <name>', 'family name')
    .option('--given-name <name>', 'given name')
    .requiredOption('--born <date>', 'date of birth YYYY-MM-DD, or its year YYYY')
    .option('--limit <count>', `how many records, 1 to ${MOST}`, parseCount(MOST), 5)
    .addOption(asOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'probity search --family-name SYN-Ardelwick --born 2004-03-09 --purpose OFFENDER_MANAGEMENT --because "named by a caller"',
        'probity search --family-name Ardelwick --given-name Moralia --born 2004 --list safeguarding --as safeguarding-lead --purpose SAFEGUARD_CHILD --because "strategy meeting" --json',
      ),
    )
    .action(async (options: SearchOptions, command: Command) => {
      const { list: family, borough, familyName, givenName, born, limit, as, json } = options;
      if (familyName === undefined && givenName === undefined)
        command.error('error: a search needs a --family-name or a --given-name');
      const order = { family, borough, familyName, givenName, born, limit, ...reasonMembers(options) };
      await withStack(
        context,
        async (stack) => {
          const found = await stack.acting('vault', SEARCHER).post<Found>('/v1/search', order);
          if (json === true) context.output.json(found);
          else if (found.items.length > 0) context.output.data(foundTable(found));
          if (found.items.length === 0) context.output.note('Nobody whom you may see agrees well enough.');
        },
        as,
      );
    });
}

function foundTable({ items }: Found): string {
  return renderTable(
    COLUMNS,
    items.map(({ reference, recordId, borough, agreement, agreed }) => [
      ...[reference, recordId, borough, agreement, agreed.join(', ')],
    ]),
  );
}
