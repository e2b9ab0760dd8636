import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../exit-code.js';
import { UnreachableError, type ServiceClient } from '../http/service-client.js';
import { formatCount, renderTable } from '../output/table.js';

/** How often the vault is asked how far it is, ms of real time. */
const LOOK_MS = 200;

/** Where the vault tells of its epochs. */
export const EPOCHS_PATH = '/v1/epochs';

/** A rotation that is not finished. */
interface UnfinishedRotation {
  /** The retiring epoch. */
  epoch: number;
  state: 'rewrapping' | 'stopped';
  /** Keys to rewrap in all; null until they are counted. */
  keys: number | null;
  rewrapped: number;
  because: string | null;
  remedy: string | null;
}

/** Which epoch is the current one, and the rotation that is unfinished. */
export interface RotationState {
  currentEpoch: number;
  rotation: UnfinishedRotation | null;
}

/** The epochs of the key-encryption key, as the vault tells them. Instants are domain time. */
export interface Epochs extends RotationState {
  provider: string;
  destructionAssured: boolean;
  nextRotationDueAt: string;
  epochs: {
    epoch: number;
    state: string;
    madeAt: string | null;
    livingKeys: number;
    irrecoverableAfter: string | null;
    destructionAssured: boolean | null;
  }[];
}

/** Who is told how many keys are rewrapped. */
export type RotationWatch = (done: number, total: number) => void;

/**
 * Waits until a rotation has ended.
 *
 * @throws CommandError with exit code 1 when it stands still, 3 when the vault has ended; the next start goes on with it
 */
export async function untilRotated(
  vault: ServiceClient,
  begun: RotationState,
  watch: RotationWatch,
): Promise<void> {
  for (let { rotation } = begun; rotation !== null; { rotation } = await look(vault)) {
    if (rotation.state === 'stopped') throw stopped(rotation);
    watch(rotation.rewrapped, rotation.keys ?? 0);
    await pause(LOOK_MS);
  }
}

async function look(vault: ServiceClient): Promise<RotationState> {
  try {
    return await vault.get<RotationState>(`${EPOCHS_PATH}/rotation`);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CommandError(
      EXIT.notReady,
      'The vault ended while it rotated its keys.',
      'Nothing is lost: its next start goes on with it.',
    );
  }
}

/** The failure of a command because a rotation stands still. */
export function stopped({ because, remedy }: UnfinishedRotation): CommandError {
  return new CommandError(
    EXIT.refused,
    `The rotation stands still, because ${because ?? 'it could not verify'}. Both keys are kept.`,
    remedy,
  );
}

/** Every epoch as a row. */
export function epochsTable({ epochs }: Epochs): string {
  return renderTable(
    [
      { heading: 'Epoch', align: 'right' },
      { heading: 'State' },
      { heading: 'Made' },
      { heading: 'Living keys', align: 'right' },
      { heading: 'Irrecoverable after' },
    ],
    epochs.map(({ epoch, state, madeAt, livingKeys, irrecoverableAfter }) => [
      ...[epoch, state, madeAt, livingKeys, irrecoverableAfter],
    ]),
  );
}

/** What is to be known besides the table, a sentence each. */
export function epochNotes({ provider, destructionAssured, nextRotationDueAt, rotation }: Epochs): string[] {
  const notes = [`The next epoch begins by itself at ${nextRotationDueAt}.`];
  if (rotation?.state === 'rewrapping') {
    const total =
      rotation.keys === null ? 'keys that are being counted' : `${formatCount(rotation.keys)} keys`;
    notes.push(`Rewrapping: ${formatCount(rotation.rewrapped)} of ${total}.`);
  }
  if (!destructionAssured)
    notes.push(`The ${provider} provider deletes keys, but nobody can say what their medium keeps of them.`);
  return notes;
}
