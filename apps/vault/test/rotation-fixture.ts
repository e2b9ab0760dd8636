import { DomainClock } from '@probity/platform';
import type { KeyProvider } from '@probity/sealing';
import { VaultPool } from '../src/database/vault-pool.js';
import { EpochRepository } from '../src/epochs/epoch.repository.js';
import type { EpochsReply } from '../src/epochs/epochs.dto.js';
import { withRotationLock } from '../src/epochs/rotation-lock.js';
import { Rotation, type RotationObserver } from '../src/epochs/rotation.js';
import { KEY_PROVIDER } from '../src/keys/key-provider.js';
import type { VaultFixture } from './vault-fixture.js';

/** Peppers of a vault, one a purpose: rows of lists, and people who are searched for. They are wrapped like keys. */
export const PEPPERS = 2;

/** What the operator is told of the epochs. */
export async function epochsOf(fixture: VaultFixture): Promise<EpochsReply> {
  const { status, text } = await fixture.get('/v1/epochs', 'operator');
  if (status !== 200) throw new Error(`epochs are not told: ${text}`);
  return JSON.parse(text) as EpochsReply;
}

/** Waits until no rotation is unfinished and the current epoch is this one; the runner's limit ends a wait for ever. */
export async function rotatedTo(fixture: VaultFixture, epoch: number): Promise<EpochsReply> {
  for (;;) {
    const epochs = await epochsOf(fixture);
    if (epochs.currentEpoch === epoch && epochs.rotation === null) return epochs;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A whole rotation by a vault, observed; throwing breaks it off there, as a killed process would be. */
export async function rotateObserved(fixture: VaultFixture, observe: RotationObserver): Promise<void> {
  const { app } = fixture.vault;
  const parts = {
    provider: app.get<KeyProvider>(KEY_PROVIDER),
    repository: app.get(EpochRepository),
    clock: app.get(DomainClock),
    observe,
  };
  await withRotationLock(app.get(VaultPool), true, async (session) => {
    const rotation = new Rotation(session, parts);
    await rotation.begin();
    await rotation.finish(new AbortController().signal);
  });
}
