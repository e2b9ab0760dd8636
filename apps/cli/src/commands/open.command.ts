import { Command, Option } from 'commander';
import { asOption, examples, withStack, type CommandContext } from '../context.js';
import { reasonMembers, withReason, type ReasonOptions } from '../identity/stated-reason.js';
import { renderTable, type Column } from '../output/table.js';

interface OpenOptions extends ReasonOptions {
  family: 'matrix' | 'safeguarding';
  field: string[];
  recipient?: string;
  as?: string;
  json?: boolean;
}

interface Opened {
  entry: string;
  items: Record<string, string>[];
}

const READER = 'central-1';
const FIELDS = ['familyName', 'givenName', 'dateOfBirth', 'localRef'];
const HEADINGS: Readonly<Record<string, string>> = {
  familyName: 'Family name',
  givenName: 'Given name',
  dateOfBirth: 'Date of birth',
  localRef: 'Reference',
};

const ABOUT = `Opens the identity of records in the vault: names, date of birth, the borough's reference. Who opened whom, what and why is
in the log of looks before anything is shown. Records that you may not see are absent, like records that do not exist.`;

/** `probity open`: identities, through the one door. */
export function openCommand(context: CommandContext): Command {
  return withReason(new Command('open'))
    .summary('open the identity of records, for a reason')
    .description(ABOUT)
    .argument('<record...>', 'record ids, 500 at most')
    .addOption(
      new Option('--family <list>', 'the list that they stand on')
        .choices(['matrix', 'safeguarding'])
        .default('matrix'),
    )
    .addOption(new Option('--field <name...>', 'what to show').choices(FIELDS).default(FIELDS.slice(0, 2)))
    .option('--recipient <organisation>', 'who will be given it, e.g. partner:example')
    .addOption(asOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'probity open 5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2 --purpose OFFENDER_MANAGEMENT --because "visit this afternoon"',
        'probity open 5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2 --field dateOfBirth --as supervisor-E09000012 --purpose CUSTODY_SAFETY --because "risk assessment" --json',
      ),
    )
    .action(async (records: string[], options: OpenOptions) => {
      const { family, field: fields, recipient, as, json } = options;
      const order = { records, family, fields, recipient, ...reasonMembers(options) };
      await withStack(
        context,
        async (stack) => {
          const opened = await stack.acting('vault', READER).post<Opened>('/v1/open', order);
          if (json === true) context.output.json(opened);
          else context.output.data(openedTable(opened, fields));
          const absent = records.length - opened.items.length;
          if (absent > 0) context.output.note(`${absent} of ${records.length} records cannot be shown.`);
        },
        as,
      );
    });
}

function openedTable({ items }: Opened, fields: readonly string[]): string {
  const columns: Column[] = [
    { heading: 'Record' },
    ...fields.map((field) => ({ heading: HEADINGS[field] ?? field })),
  ];
  return renderTable(
    columns,
    items.map((item) => [item['recordId'] ?? '', ...fields.map((field) => item[field] ?? null)]),
  );
}
