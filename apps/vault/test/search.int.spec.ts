import { createHash, createHmac } from 'node:crypto';
import { LOOKS_TOPIC } from '@probity/access-log';
import { eventStoreMigrations, migrateSchema } from '@probity/event-store';
import { decodeRecord } from '@probity/events';
import type { Envelope, StoredEvent } from '@probity/events';
import { recordTerms } from '@probity/identity-matching';
import { KafkaLog, topicName } from '@probity/messaging';
import { open, sealContextOf } from '@probity/sealing';
import { startHarness, type Harness } from '@probity/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { runVaultMigrations } from '../src/database/run-migrations.js';
import { releasedSamples, storePeople, type Person } from './stored-people.js';
import { startVault, type VaultFixture, type WireAnswer } from './vault-fixture.js';

const [HACKNEY, NEWHAM] = ['E09000012', 'E09000025'] as const;
const WHY = { purpose: 'OFFENDER_MANAGEMENT', justification: 'Visit planned for this afternoon' };
const SAFE = { purpose: 'SAFEGUARD_CHILD', justification: 'Strategy meeting on Monday' };
const ARDEL = {
  ...{ familyName: 'SYN-Ardelwick', givenName: 'Moralia', dateOfBirth: '2004-03-09' },
  localRef: 'HK-CANARY-1',
} satisfies Person;
const TOLVER = {
  ...{ familyName: 'SYN-Tolverin', givenName: 'Bastian', dateOfBirth: '2001-11-30' },
  localRef: 'HK-CANARY-2',
} satisfies Person;
const QUESTION = { family: 'matrix', familyName: 'Ardlewick', givenName: 'Moralia', born: '2004-03-09' };

describe('searching for a person', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  let log: KafkaLog;
  let store: (borough: string, family: 'matrix' | 'safeguarding', people: Person[]) => Promise<string[]>;
  let vault: pg.Client;
  let own: string;
  let elsewhere: string;
  let victim: string;

  const ask = (as: string, change: object = {}): Promise<WireAnswer> =>
    fixture.post(as, '/v1/search', { ...QUESTION, ...WHY, ...change });
  const found = async (as: string, change: object = {}): Promise<string[]> =>
    ((await ask(as, change)).body['items'] as { recordId: string }[]).map(({ recordId }) => recordId);
  const indexed = async (recordId: string): Promise<number> =>
    (await vault.query('SELECT FROM vault.identity_token WHERE record_id = $1', [recordId])).rowCount ?? 0;
  const untilIndexed = async (...recordIds: string[]): Promise<void> => {
    for (const recordId of recordIds) while ((await indexed(recordId)) === 0);
  };
  const entry = async (id: unknown): Promise<StoredEvent> => {
    const topic = topicName(LOOKS_TOPIC, harness.topicPrefix);
    for (let partition = 0; partition < 4; partition += 1) {
      const { low, high } = await log.marks(topic, partition);
      if (high > low)
        for await (const record of log.read(topic, partition, low, high))
          if (record.headers['ce_id'] === id) return decodeRecord({ ...record, topic: LOOKS_TOPIC });
    }
    throw new Error('the entry is not in the log');
  };

  beforeAll(async () => {
    harness = await startHarness({
      migrate: [
        async (env) => {
          const [url, authorityFile] = [env['MIGRATION_EVENTS_URL'] ?? '', env['MIGRATION_CA']];
          await migrateSchema({ url, authorityFile, schema: 'events', migrations: eventStoreMigrations });
        },
        runVaultMigrations,
      ],
      boroughs: [HACKNEY, NEWHAM],
    });
    fixture = await startVault(harness);
    log = new KafkaLog({ clientId: 'test', connection: harness.config.kafka('audit-ledger') });
    const ingest = await harness.connect('probity_ingest', 'probity_events');
    vault = await harness.connect('probity_vault', 'probity_vault');
    const parts = { harness, vault: fixture.client('borough-ingest'), ingest };
    const samples = releasedSamples();
    store = (borough, family, people) => storePeople(parts, { borough, family, samples }, people);
    [own = ''] = await store(HACKNEY, 'matrix', [ARDEL, TOLVER]);
    [elsewhere = ''] = await store(NEWHAM, 'matrix', [ARDEL]);
    [victim = ''] = await store(HACKNEY, 'safeguarding', [ARDEL]);
    await untilIndexed(own, elsewhere, victim);
  }, 300_000);

  afterAll(async () => {
    await log.close();
    await fixture.close();
    await harness.close();
  });

  it('finds who is meant in spite of a slip, and says no more than how sure that is', async () => {
    const { status, body } = await ask(`officer-${HACKNEY}`);
    expect([status, body['items']]).toEqual([
      200,
      [
        {
          recordId: own,
          reference: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/) as unknown,
          borough: HACKNEY,
          agreement: 'strong',
          agreed: ['family name, nearly', 'given name', 'date of birth'],
        },
      ],
    ]);
  });

  it('[R-85] finds everywhere for who may see everywhere, and in their own borough for others', async () => {
    expect((await found('central-1')).sort()).toEqual([own, elsewhere].sort());
    expect(await found('central-1', { borough: NEWHAM })).toEqual([elsewhere]);
    expect(await found('officer-E09000025')).toEqual([elsewhere]);
    expect(await found('officer-E09000030')).toEqual([]);
  });

  it('[R-07] finds no victim for who pursues, and nobody else for who protects', async () => {
    expect(await found('central-1')).not.toContain(victim);
    expect(await found('safeguarding-lead', { family: 'safeguarding', ...SAFE })).toEqual([victim]);
    for (const [as, change] of [
      ['central-1', { family: 'safeguarding' }],
      ['safeguarding-lead', SAFE],
    ] as const)
      expect(await ask(as, change)).toMatchObject({ status: 403, body: { code: 'ACC-003' } });
  });

  it('[R-80][R-81] has written who searched and why before it answers, what for under seal', async () => {
    const { body } = await ask('central-2');
    const event = await entry(body['entry']);
    expect(event.header).toMatchObject({ actor: 'central-2', purpose: WHY.purpose });
    expect(event.skeleton).toMatchObject({ action: 'SEARCH', family: 'matrix', subjectCount: 2 });
    const inClear = JSON.stringify([event.header, event.skeleton]);
    for (const secret of [own, 'Ardlewick', 'Moralia', '2004-03-09', WHY.justification])
      expect(inClear).not.toContain(secret);
    const key = await fixture.client('governance').accessKey('2026-11');
    const context = sealContextOf(event.header, key, 1);
    const sealed = open(key.subkey, 'case', context, event.sealed.case as Envelope).toString('utf8');
    expect(JSON.parse(sealed)).toMatchObject({
      query: { familyName: 'Ardlewick', givenName: 'Moralia', born: '2004-03-09' },
      subjects: expect.arrayContaining([own, elsewhere]) as unknown,
    });
  });

  it('writes down a search that found nobody like any other', async () => {
    const { body } = await ask('central-2', { familyName: 'Nobodyson', givenName: 'Nemo' });
    expect(body['items']).toEqual([]);
    expect((await entry(body['entry'])).skeleton).toMatchObject({ action: 'SEARCH', subjectCount: 0 });
  });

  it('[R-80] finds nobody when the search cannot be logged', async () => {
    const shut = await startVault(harness, { topicPrefix: 'nowhere.' });
    const answer = await shut.post('central-1', '/v1/search', { ...QUESTION, ...WHY });
    expect(answer).toMatchObject({ status: 503, body: { code: 'LOG-001' } });
    expect(answer.text).not.toContain(own);
    await shut.close();
  }, 60_000);

  it.each([
    ['LOG-002', 400, 'central-1', { justification: 'short' }],
    ['PUR-001', 400, 'central-1', { purpose: 'CURIOSITY' }],
    ['SCH-003', 400, 'central-1', { familyName: undefined, givenName: undefined }],
    ['SCH-003', 400, 'central-1', { familyName: '  -' }],
    ['SCH-003', 400, 'central-1', { born: undefined }],
    ['SCH-003', 400, 'central-1', { born: '09.03.2004' }],
    ['SCH-003', 400, 'central-1', { limit: 21 }],
    ['SCH-002', 400, 'central-1', { postcode: 'ZZ99 1AA' }],
    ['PUR-002', 403, 'central-1', { purpose: 'EMPLOYMENT_VETTING' }],
    ['ACC-002', 403, `officer-${HACKNEY}`, { borough: NEWHAM }],
    ['ACC-001', 403, 'partner-user', {}],
    ['ACC-001', 403, 'operator', {}],
    ['ACC-001', 403, 'borough-ingest', {}],
  ])('refuses with %s (%d) as %s with %j', async (code, status, as, change) => {
    const answer = await ask(as, change);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.text).not.toContain('Ardlewick');
  });

  it('counts a search that finds nobody towards the day too, so that nobody tries names', async () => {
    process.env['VAULT_DAILY_CAP'] = '2';
    const capped = await startVault(harness);
    const order = { ...QUESTION, ...WHY, familyName: 'Nobodyson', givenName: 'Nemo' };
    const as = `supervisor-${HACKNEY}`;
    const codes: unknown[] = [];
    for (let times = 0; times < 3; times += 1)
      codes.push((await capped.post(as, '/v1/search', order)).status);
    expect(codes).toEqual([200, 200, 429]);
    delete process.env['VAULT_DAILY_CAP'];
    await capped.close();
  });

  it('[attacker 19] keeps nothing that a dictionary of names could be tried on', async () => {
    const { rows } = await vault.query<{ token: Buffer }>('SELECT token FROM vault.identity_token');
    const tokens = new Set(rows.map(({ token }) => token.toString('hex')));
    expect(tokens.size).toBeGreaterThan(40);
    const guesses = [ARDEL, TOLVER].flatMap((person) => [...recordTerms(person), ...Object.values(person)]);
    for (const guess of guesses)
      for (const hash of [
        createHash('sha256').update(guess).digest(),
        ...['', '0', 'search', 'pepper', Buffer.alloc(32)].map((key) =>
          createHmac('sha256', key).update(guess).digest(),
        ),
      ])
        expect(tokens).not.toContain(hash.subarray(0, 16).toString('hex'));
  });

  it('goes on when the peppers have been wrapped under the next epoch', async () => {
    await fixture.post('operator', '/v1/epochs/rotate', {});
    while ((await fixture.get('/v1/epochs/rotation', 'operator')).body['rotation'] !== null);
    expect(await found(`officer-${HACKNEY}`)).toEqual([own]);
  });

  it('[R-61][attacker 17] finds nobody behind a fence, somebody whose fence was lifted, and keeps nothing of whose key is gone', async () => {
    const [recordId = ''] = await store(HACKNEY, 'matrix', [{ ...ARDEL, familyName: 'SYN-Quorvane' }]);
    await untilIndexed(recordId);
    const seen = (): Promise<string[]> => found(`officer-${HACKNEY}`, { familyName: 'Quorvane' });
    expect(await seen()).toContain(recordId);
    const now = '2026-11-01T09:00:00.000Z';
    await vault.query('SELECT vault.fence_record($1, $2)', [recordId, now]);
    expect(await seen()).not.toContain(recordId);
    await vault.query('SELECT vault.lift_fence($1, $2)', [recordId, now]);
    expect(await seen()).toContain(recordId);
    await vault.query('SELECT vault.fence_record($1, $2)', [recordId, now]);
    await vault.query('SELECT vault.destroy_key($1, $2)', [recordId, now]);
    expect([await seen(), await indexed(recordId)]).toEqual([[own], 0]);
  });

  it('[attacker 17] leaves no token of a key that is destroyed while it is being indexed', async () => {
    const people = Array.from({ length: 60 }, () => ({ ...TOLVER }));
    const records = await store(HACKNEY, 'matrix', people);
    const other = await harness.connect('probity_vault', 'probity_vault');
    const now = '2026-11-01T09:00:00.000Z';
    await vault.query('SELECT vault.fence_record(r, $2) FROM unnest($1::uuid[]) AS r', [records, now]);
    for (const recordId of records)
      await Promise.all([
        other.query('SELECT vault.index_identities($1::uuid[], $1::uuid[], $2::bytea[])', [
          [recordId],
          [Buffer.alloc(16, 1)],
        ]),
        vault.query('SELECT vault.destroy_key($1, $2)', [recordId, now]),
      ]);
    const left = await vault.query('SELECT FROM vault.identity_token WHERE record_id = ANY ($1)', [records]);
    expect(left.rowCount).toBe(0);
  });

  it('waits for nothing in the end: what is indexed or erased is no longer to be done', async () => {
    const waiting = async (): Promise<string> =>
      /probity_vault_identities_waiting\{[^}]*\} (\d+)/.exec(await fixture.metrics())?.[1] ?? '';
    while ((await waiting()) !== '0');
    const store = await harness.connect('probity_vault', 'probity_events');
    await expect(store.query('SELECT FROM events.identity_to_index')).rejects.toMatchObject({
      code: '42501',
    });
  });
});
