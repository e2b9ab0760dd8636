import { zeroise } from '@probity/sealing';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { partsOf } from '../material/log-records.js';
import { boundTo, makeKeys, openProvider, storedKeys } from '../material/vault-keys.js';
import type { Sizes } from '../options.js';

/** As many as one request of a service asks for. */
const AT_ONCE = 1_000;

/** Leases every key once over mutual TLS, a thousand a request, beside unwrapping the same keys in this process. */
export async function measureLeases(lab: Lab, sizes: Sizes): Promise<Figure> {
  lab.report(`Leasing ${sizes.vaultKeys.toLocaleString('en')} keys`);
  const ids = await makeKeys(lab, sizes.vaultKeys);
  const provider = await openProvider(lab);
  const stored = await storedKeys(lab, ids);
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['vault', 'postgres']))]);
  let lost = 0;
  const rounds = await alternate(sizes.vaultRounds, {
    ours: async (): Promise<Run> => {
      // A client remembers what it has leased for a minute: a new one has to ask.
      const vault = lab.vault('projector-matrix');
      const watch = new Stopwatch(servers);
      for (const part of partsOf(ids, AT_ONCE)) {
        const leases = await vault.leaseCase(part);
        lost += part.length - leases.size;
        for (const { subkey } of leases.values()) zeroise(subkey);
      }
      return watch.end(ids.length);
    },
    raw: async (): Promise<Run> => {
      const watch = new Stopwatch(ITSELF);
      for (const key of stored)
        zeroise(await provider.unwrap(key.epoch, key.wrapped, boundTo(key, key.epoch)));
      return watch.end(stored.length);
    },
  });
  return {
    measurement: 'leases',
    what: `Leases of ${sizes.vaultKeys.toLocaleString('en')} keys over HTTP`,
    unit: '/s',
    ...summarise(rounds),
    limit: 'unwrapping the same keys in this process, one after another',
    aim: null,
    isReached: null,
    lost,
    duplicated: null,
    rounds,
    notes: [
      `${String(AT_ONCE)} records a request, one request at a time, mutual TLS; rows are read from the database`,
    ],
  };
}
