import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startStack, waitUntil, type RunningStack } from '@probity/local-stack';
import { VaultClient } from '@probity/sealing';
import { generateRows, type ListFields } from '@probity/testing';
import { importArguments } from './fault-run.js';
import { writeList } from './lists.js';
import { Store } from './store.js';
import { binaryValues } from './thief/binary-values.js';
import { breakIn, candidateKeys, sealedGroups, type Sealed } from './thief/break-in.js';
import { digestsOf, guesses, spellingsOf } from './thief/dictionary.js';
import { steal, type Loot } from './thief/loot.js';

const BOROUGH = 'E09000012';
const LIST = { borough: BOROUGH, rows: 120, seed: 23 } as const;
/** From so many letters on, a text does not stand in random bytes by accident. */
const SURE = 9;
const BECAUSE = 'Kwyjibo visits Tuesday';
const GUESSABLE_KEYS = [
  '',
  BOROUGH,
  'probity',
  'pepper',
  'secret',
  'key',
  'salt',
  Buffer.alloc(32),
  Buffer.alloc(64),
];

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(300_000);

describe('whoever steals every database but the vault’s, every topic and every key of the other processes', () => {
  let store: Store;
  let stack: RunningStack;
  let loot: Loot;
  let sealed: Sealed[];
  let people: ListFields[];

  beforeAll(async () => {
    store = await Store.create();
    stack = await startStack({ env: store.env, durable: false });
    const folder = store.outside('lists', 'one');
    writeList(folder, { ...LIST, dialect: 'plain' });
    const command = { folder, borough: BOROUGH, asAt: '2026-11-01T09:00:00Z' };
    const { code, stderr } = await store.probity(
      ...importArguments(command, store.outside('out', 'one.csv')),
    );
    if (code !== 0) throw new Error(stderr);
    people = [...generateRows(LIST)].map(({ fields }) => fields);
    const reason = ['--purpose', 'OFFENDER_MANAGEMENT', '--because', BECAUSE, '--as', `officer-${BOROUGH}`];
    const { items } = await store.json<{ items: { recordId: string }[] }>(
      'matrix',
      '--limit',
      '5',
      ...reason,
    );
    await store.json('open', ...items.map(({ recordId }) => recordId), ...reason);
    const isLogged = async (): Promise<boolean> =>
      (await steal(store)).events.filter(({ header }) => header.type.includes('looks.')).length >= 2;
    expect(await waitUntil(isLogged, 60_000)).toBe(true);
    loot = await steal(store);
    sealed = sealedGroups(loot);
  });

  afterAll(async () => {
    await stack.stop();
    await store.remove();
  });

  it('has something to search: events of every kind, tables, keys', () => {
    expect(sealed.length).toBeGreaterThan(100);
    expect(loot.secrets.length).toBeGreaterThan(50);
    for (const place of [
      'events.sealed_value.sealed',
      'matrix.entry.record_id',
      'looks',
      `matrix.${BOROUGH}`,
      'metrics of vault',
    ])
      expect(loot.pieces.some((piece) => piece.place === place)).toBe(true);
  });

  it('[attacker 19][R-61] reads no name, birth date, reference or evidence anywhere, and no justification', () => {
    const wanted = new Set([BECAUSE, ...[...guesses(people, BOROUGH)].flatMap(spellingsOf)]);
    const whole = new Set(loot.pieces.map(({ bytes }) => bytes.toString('utf8')));
    const everything = Buffer.concat(loot.pieces.flatMap(({ bytes }) => [bytes, Buffer.of(0)]));
    // A short name turns up in random bytes: it counts where it stands by itself.
    const isThere = (text: string): boolean =>
      whole.has(text) ||
      (text.length < SURE ? [`"${text}"`, ` ${text} `] : [text]).some((form) => everything.includes(form));
    expect(isThere(BOROUGH) && isThere('entry-proposed')).toBe(true);
    expect([...wanted].filter(isThere)).toEqual([]);
  });

  it('[attacker 19][R-61] finds no hash of any of them, plain or keyed with nothing, with a guess or with a stolen key', () => {
    const values = binaryValues(loot.pieces);
    const stolen = loot.secrets.flatMap(({ bytes }) => [bytes, Buffer.from(bytes.toString('utf8').trim())]);
    const checkKeys = loot.secrets
      .filter(({ place }) => place.includes('checks'))
      .map(({ bytes }) => Buffer.from(bytes.toString('utf8').trim(), 'hex'));
    const found: string[] = [];
    for (const guess of guesses(people, BOROUGH))
      for (const [how, digest] of digestsOf(guess, [...GUESSABLE_KEYS, ...checkKeys, ...stolen.slice(0, 40)]))
        if (values.has(digest.toString('latin1'))) found.push(`${guess} by ${how}`);
    expect(found).toEqual([]);
  });

  it('[R-61] opens no envelope with any key that lies there, of any kind', () => {
    expect(breakIn(sealed, candidateKeys(loot))).toEqual([]);
  });

  it('would find all of that if it were there', async () => {
    const [person] = people as [ListFields];
    const planted = createHmac('sha256', BOROUGH)
      .update(person['family_name'] ?? '')
      .digest();
    const hash = createHash('sha1').update(String(person['local_ref']).toLowerCase()).digest('hex');
    const values = binaryValues([
      { place: 'planted', bytes: Buffer.from(`{"x":"${planted.toString('base64url')}"}`) },
      { place: 'planted', bytes: Buffer.from(`a ${hash}.`) },
    ]);
    const tried = ['family_name', 'local_ref'].map((column) => [
      ...digestsOf(String(person[column]), GUESSABLE_KEYS),
    ]);
    for (const digests of tried)
      expect(digests.some(([, digest]) => values.has(digest.toString('latin1')))).toBe(true);

    const listed = loot.events.find(({ header }) => header.topic === `matrix.${BOROUGH}`)!;
    const config = store.config;
    const vault = new VaultClient({
      url: `https://127.0.0.1:${String(config.ports.vault)}`,
      tls: config.serviceTls('projector-matrix'),
    });
    const lease = (await vault.leaseCase([listed.header.key])).get(listed.header.key)!;
    const broken = breakIn(sealed, candidateKeys(loot, [lease.subkey]));
    await vault.close();
    expect(broken.length).toBeGreaterThan(0);
    expect(new Set(broken.map(({ group }) => group))).toEqual(new Set(['case']));
  });

  it('[attacker 20][R-61] learns little from sizes: identities of a kind are all of one size, and every seal is of whole buckets', () => {
    const sizes = new Map<string, Set<number>>();
    for (const { event, group, envelope } of sealed) {
      const bytes = Buffer.from(envelope.ct, 'base64url').length - 16;
      expect(bytes % 256).toBe(0);
      const kind = `${event.header.type} ${group}`;
      sizes.set(kind, (sizes.get(kind) ?? new Set()).add(bytes));
    }
    for (const [kind, found] of sizes) {
      if (kind.endsWith('identity') || kind.endsWith('equality'))
        expect([kind, found.size]).toEqual([kind, 1]);
      expect(found.size).toBeLessThanOrEqual(8);
    }
  });
});
