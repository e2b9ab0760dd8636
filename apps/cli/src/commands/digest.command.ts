import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { renderTable } from '../output/table.js';

/** What a store holds, in one number: two stores with the same history have the same digest. */
interface StoreDigest {
  /** SHA-256, hexadecimal. */
  digest: string;
  records: number;
  events: number;
}

/** `probity digest`: the digest of a synthetic store, for comparing two runs. */
export function digestCommand(context: CommandContext): Command {
  return new Command('digest')
    .summary('show the digest of the store')
    .description(
      'Shows the digest of a synthetic store. Two stores that came to the same state have the same digest.',
    )
    .option('--borough <code>', 'of the records and groups of this borough alone')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity digest', 'probity digest --borough E09000012 --json'))
    .action(async (options: { borough?: string; json?: boolean }) =>
      withStack(context, async (stack) => {
        const query = options.borough === undefined ? '' : `?borough=${encodeURIComponent(options.borough)}`;
        const digest = await stack
          .service('borough-ingest', 'operator')
          .get<StoreDigest>(`/v1/digest${query}`);
        if (options.json === true) context.output.json(digest);
        else context.output.data(digestTable(digest));
      }),
    );
}

function digestTable({ digest, records, events }: StoreDigest): string {
  return renderTable(
    [{ heading: 'Records', align: 'right' }, { heading: 'Events', align: 'right' }, { heading: 'Digest' }],
    [[records, events, digest]],
  );
}
