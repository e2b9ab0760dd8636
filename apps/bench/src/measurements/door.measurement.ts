import { zeroise } from '@probity/sealing';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { PersonClient } from '../lab/person-client.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { partsOf } from '../material/log-records.js';
import { LooksLog } from '../material/looks-log.js';
import { boundTo, openProvider, storedKeys } from '../material/vault-keys.js';
import type { Sizes } from '../options.js';

/** As many as one request may open. */
const AT_ONCE = 500;
const REASON = { purpose: 'OFFENDER_MANAGEMENT', justification: 'measuring how many names the door opens' };

interface OpenReply {
  readonly items: readonly unknown[];
}

interface SealedRow {
  readonly record_id: string;
}

/** Opens everybody's name through the vault's door, beside what that needs at least: the sealed rows and their keys. */
export async function measureDoor(lab: Lab, ids: readonly string[], sizes: Sizes): Promise<Figure> {
  lab.report('Opening names through the door');
  const door = new PersonClient(lab, 'vault', 'central-1');
  const store = await lab.connect('probity_vault', 'probity_events');
  const provider = await openProvider(lab);
  const stored = new Map((await storedKeys(lab, ids)).map((key) => [key.recordId, key]));
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['vault', 'postgres', 'kafka']))]);
  const log = await LooksLog.open(lab);
  let [asked, opened, requests] = [0, 0, 0];
  const rounds = await alternate(sizes.vaultRounds, {
    ours: async (): Promise<Run> => {
      const watch = new Stopwatch(servers);
      for (const records of partsOf(ids, AT_ONCE)) {
        const order = { records, family: 'matrix', fields: ['familyName', 'givenName'], ...REASON };
        const { items } = await door.post<OpenReply>('/v1/open', order);
        opened += items.length;
        asked += records.length;
        requests += 1;
      }
      return watch.end(ids.length);
    },
    raw: async (): Promise<Run> => {
      const watch = new Stopwatch(new Map([...ITSELF, ...(await processesOf(lab.home, ['postgres']))]));
      for (const records of partsOf(ids, AT_ONCE)) {
        const { rows } = await store.query<SealedRow>(
          'SELECT record_id, header, identity FROM events.sealed_identities($1::uuid[])',
          [records],
        );
        for (const row of rows) {
          const key = stored.get(row.record_id);
          if (key === undefined) throw new Error('A listed record has no key.');
          zeroise(await provider.unwrap(key.epoch, key.wrapped, boundTo(key, key.epoch)));
        }
      }
      return watch.end(ids.length);
    },
  });
  const { entries, subjects } = await log.read();
  return {
    measurement: 'door',
    what: `Names opened over HTTP, ${String(AT_ONCE)} a request`,
    unit: '/s',
    ...summarise(rounds),
    limit:
      'reading the same sealed identities and unwrapping their keys in this process: asked by nobody, not opened, not logged',
    aim: null,
    isReached: null,
    lost: asked - opened + Math.max(0, opened - subjects) + Math.max(0, requests - entries),
    duplicated: Math.max(0, subjects - opened) + Math.max(0, entries - requests),
    rounds,
    notes: [
      `${opened.toLocaleString('en-GB')} opened, ${subjects.toLocaleString('en-GB')} subjects in ${String(entries)} entries of the log; one request at a time`,
    ],
  };
}
