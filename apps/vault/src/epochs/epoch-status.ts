import { Inject, Injectable } from '@nestjs/common';
import type { ProbeAnswer } from '@probity/platform';
import type { KeyProvider } from '@probity/sealing';
import { KEY_PROVIDER } from '../keys/key-provider.js';
import { VaultMetrics } from '../vault.metrics.js';
import { nextRotationDue } from './epoch-rules.js';
import { EpochRepository, type EpochRow } from './epoch.repository.js';
import type { EpochReply, EpochsReply, RotationReply, RotationStateReply } from './epochs.dto.js';

const REMEDY =
  'Put the named keys right from a backup as docs/how-to/rotate-keys.md says, then run probity vault rotate.';

/** Tells of the epochs. */
@Injectable()
export class EpochStatus {
  constructor(
    @Inject(EpochRepository) private readonly repository: EpochRepository,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
  ) {}

  /** Every epoch with the keys that are under it. */
  async read(): Promise<EpochsReply> {
    const [epochs, living] = await Promise.all([this.repository.all(), this.repository.living()]);
    const current = epochs.find(({ state }) => state === 'current') as EpochRow;
    return {
      provider: this.provider.name,
      destructionAssured: this.provider.destructionAssured,
      currentEpoch: current.epoch,
      nextRotationDueAt: nextRotationDue(current.madeAt as string),
      rotation: rotationOf(epochs),
      epochs: epochs.map((row) => epochReply(row, living.get(row.epoch) ?? 0)),
    };
  }

  /** What is being done; counts nothing, so it may be asked again and again. */
  async rotation(): Promise<RotationStateReply> {
    const epochs = await this.repository.all();
    const current = epochs.find(({ state }) => state === 'current') as EpochRow;
    return { currentEpoch: current.epoch, rotation: rotationOf(epochs) };
  }

  /** Not ready when a rotation stands still: a person has to look, and nothing is destroyed until then. */
  async probe(): Promise<ProbeAnswer> {
    const epochs = await this.repository.all();
    const rotation = rotationOf(epochs);
    const current = epochs.find(({ state }) => state === 'current');
    const waiting = rotation ? (rotation.keys ?? 0) - rotation.rewrapped : 0;
    this.figures.epochs(current?.epoch ?? 0, waiting, rotation?.state === 'stopped');
    if (rotation?.because)
      return { ready: false, detail: `rotation stopped: ${rotation.because}`, remedy: REMEDY };
    const detail = `epoch ${String(current?.epoch ?? 0)}${rotation ? ', rewrapping' : ''}`;
    return { ready: current !== undefined, detail };
  }
}

function rotationOf(epochs: readonly EpochRow[]): RotationReply | null {
  const retiring = epochs.find(({ state }) => state === 'retiring');
  if (retiring === undefined) return null;
  const { epoch, livingAtRetirement: keys, rewrapped, stoppedBecause: because } = retiring;
  const [state, remedy] = because === null ? (['rewrapping', null] as const) : (['stopped', REMEDY] as const);
  return { epoch, state, keys, rewrapped, because, remedy };
}

function epochReply(row: EpochRow, livingKeys: number): EpochReply {
  const { epoch, state, madeAt, retiredAt, destroyedAt, destructionAssured } = row;
  const irrecoverableAfter = destroyedAt;
  return { epoch, state, madeAt, livingKeys, retiredAt, destroyedAt, irrecoverableAfter, destructionAssured };
}
