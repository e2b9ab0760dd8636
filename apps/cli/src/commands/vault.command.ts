import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import {
  epochNotes,
  EPOCHS_PATH,
  epochsTable,
  stopped,
  untilRotated,
  type Epochs,
  type RotationState,
} from '../epochs/epochs.js';
import type { Stack } from '../http/stack.js';
import { createRecordsProgress } from '../output/records-progress.js';
import { formatCount } from '../output/table.js';

interface VaultOptions {
  /** False with `--no-wait`. */
  wait?: boolean;
  json?: boolean;
}

const EPOCHS = `Shows the epochs of the key-encryption key: how many keys are wrapped under each, and from when no backup opens what was
wrapped under it. Exit code 1 when a rotation stands still.`;

const ROTATE = `Begins the next epoch and waits until every key is rewrapped and the old key-encryption key is destroyed. The vault does this
by itself every seven days of domain time. It goes on serving meanwhile. A rotation that was broken off, or stood still, is taken
up where it stopped.

Backups of the vault's database from before it open nothing afterwards: take a new one.`;

/** `probity vault`: the key-encryption key and its epochs. */
export function vaultCommand(context: CommandContext): Command {
  const vault = new Command('vault')
    .summary('show and rotate the key-encryption key')
    .description(
      'Shows and rotates the key-encryption key under which the vault wraps the key of each record.',
    )
    .addHelpText('after', examples('probity vault epochs', 'probity vault rotate'));
  vault
    .command('epochs')
    .summary('show the epochs and the keys under each')
    .description(EPOCHS)
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity vault epochs', 'probity vault epochs --json'))
    .action(async ({ json }: VaultOptions) =>
      withStack(context, async (stack) => {
        tell(context, await stack.service('vault', 'operator').get<Epochs>(EPOCHS_PATH), json === true);
      }),
    );
  vault
    .command('rotate')
    .summary('begin the next epoch, rewrap every key, destroy the old one')
    .description(ROTATE)
    .option('--no-wait', 'end at once; probity vault epochs shows how far it is')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity vault rotate', 'probity vault rotate --no-wait --json'))
    .action(async (options: VaultOptions) =>
      withStack(context, async (stack) => rotate(context, stack, options)),
    );
  return vault;
}

async function rotate(context: CommandContext, stack: Stack, { wait, json }: VaultOptions): Promise<void> {
  const { output } = context;
  const vault = stack.service('vault', 'operator');
  const begun = await vault.post<RotationState>(`${EPOCHS_PATH}/rotate`, {});
  output.note(`New keys are wrapped under epoch ${formatCount(begun.currentEpoch)}.`);
  if (wait !== false) {
    const bar = createRecordsProgress(output);
    try {
      await untilRotated(vault, begun, (done, total) => {
        bar.show('rewrapping', done, total);
      });
    } finally {
      bar.stop();
    }
  }
  tell(context, await vault.get<Epochs>(EPOCHS_PATH), json === true);
}

function tell({ output }: CommandContext, epochs: Epochs, isJson: boolean): void {
  if (isJson) output.json(epochs);
  else {
    output.data(epochsTable(epochs));
    for (const note of epochNotes(epochs)) output.note(note);
  }
  if (epochs.rotation?.state === 'stopped') throw stopped(epochs.rotation);
}
