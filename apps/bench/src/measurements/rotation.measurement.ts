import { zeroise } from '@probity/sealing';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, percentile, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { PersonClient } from '../lab/person-client.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { boundTo, makeKeys, openProvider, storedKeys } from '../material/vault-keys.js';
import type { Sizes } from '../options.js';

const LOOK_MS = 50;
/** Keys that the reader leases at a time, and how long it rests in between. */
const READ_AT_ONCE = 20;
const READ_EVERY_MS = 20;
/** 100,000 keys within 15 seconds. */
const AIM = 100_000 / 15;

interface RotationState {
  readonly rotation: { readonly keys: number | null } | null;
}

/** Rotates the key-encryption key over many keys while a service leases some, beside bare unwrapping and wrapping. */
export async function measureRotation(lab: Lab, sizes: Sizes): Promise<Figure> {
  lab.report(`Rotating over ${sizes.vaultKeys.toLocaleString('en')} keys`);
  const ids = await makeKeys(lab, sizes.vaultKeys);
  const operator = new PersonClient(lab, 'vault', 'operator');
  const provider = await openProvider(lab);
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['vault', 'postgres']))]);
  const waits: number[] = [];
  let lost = 0;
  const rounds = await alternate(sizes.vaultRounds, {
    ours: async (): Promise<Run> => {
      const reader = new SteadyLeaser(lab, ids);
      const watch = new Stopwatch(servers);
      const living = await rotated(operator);
      const run = watch.end(living);
      waits.push(...(await reader.stop()));
      lost += reader.lost;
      return run;
    },
    raw: async (): Promise<Run> => {
      const stored = await storedKeys(lab, ids);
      const watch = new Stopwatch(ITSELF);
      for (const key of stored) {
        const clear = await provider.unwrap(key.epoch, key.wrapped, boundTo(key, key.epoch));
        await provider.wrap(key.epoch, clear, boundTo(key, key.epoch));
        zeroise(clear);
      }
      return watch.end(stored.length);
    },
  });
  const summary = summarise(rounds);
  return {
    measurement: 'rotation',
    what: `Rotation over ${sizes.vaultKeys.toLocaleString('en')} keys while leasing`,
    unit: '/s',
    ...summary,
    limit: 'unwrapping and wrapping the same keys in this process, kept nowhere',
    aim: `${Math.round(AIM).toLocaleString('en')}/s`,
    isReached: summary.ours >= AIM,
    lost,
    duplicated: null,
    rounds,
    notes: [
      `${(sizes.vaultKeys / summary.ours).toFixed(1)} s until the old key was destroyed: each key was read back, written durably, and counted`,
      `a lease of ${String(READ_AT_ONCE)} keys meanwhile: median ${percentile(waits, 50).toFixed(1)} ms, p99 ${percentile(waits, 99).toFixed(1)} ms`,
    ],
  };
}

/** @returns how many keys were rewrapped, once the rotation has ended */
async function rotated(operator: PersonClient): Promise<number> {
  let state = await operator.post<RotationState>('/v1/epochs/rotate', {});
  let keys = 0;
  while (state.rotation !== null) {
    keys = state.rotation.keys ?? keys;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    state = await operator.get<RotationState>('/v1/epochs/rotation');
  }
  return keys;
}

/** Leases other keys every few milliseconds, as a busy service does, and takes the times. */
class SteadyLeaser {
  lost = 0;
  readonly #waits: number[] = [];
  readonly #vault;
  readonly #running: Promise<void>;
  #isEnding = false;

  constructor(
    lab: Lab,
    private readonly ids: readonly string[],
  ) {
    this.#vault = lab.vault('projector-matrix');
    this.#running = this.#run();
  }

  /** @returns how long each lease took, ms */
  async stop(): Promise<number[]> {
    this.#isEnding = true;
    await this.#running;
    return this.#waits;
  }

  async #run(): Promise<void> {
    for (let at = 0; !this.#isEnding; at = (at + READ_AT_ONCE) % this.ids.length) {
      const some = this.ids.slice(at, at + READ_AT_ONCE);
      const began = performance.now();
      const leases = await this.#vault.leaseCase(some);
      this.#waits.push(performance.now() - began);
      this.lost += some.length - leases.size;
      for (const { subkey } of leases.values()) zeroise(subkey);
      await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
    }
  }
}
