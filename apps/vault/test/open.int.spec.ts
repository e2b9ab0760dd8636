import { LOOKS_TOPIC } from '@probity/access-log';
import { eventStoreMigrations, migrateSchema } from '@probity/event-store';
import { decodeRecord, WriterRegistry } from '@probity/events';
import type { Envelope, StoredEvent, WriterRegistryFile } from '@probity/events';
import { KafkaLog, topicName } from '@probity/messaging';
import { readStackFile } from '@probity/platform';
import { open, sealContextOf } from '@probity/sealing';
import { startHarness, type Harness } from '@probity/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { runVaultMigrations } from '../src/database/run-migrations.js';
import { releasedSamples, storePeople, type Person } from './stored-people.js';
import { startVault, type VaultFixture, type WireAnswer } from './vault-fixture.js';

const [HACKNEY, NEWHAM] = ['E09000012', 'E09000025'];
const PEOPLE: Person[] = ['Zzcanary', 'Yycanary', 'Xxcanary'].map((familyName, index) => ({
  familyName,
  givenName: `Synthia-${String(index)}`,
  dateOfBirth: `2001-02-0${String(index + 1)}`,
  localRef: `HK-CANARY-${String(index)}`,
}));
const WHY = { purpose: 'OFFENDER_MANAGEMENT', justification: 'Visit planned for this afternoon' };
const SAFE = { purpose: 'SAFEGUARD_CHILD', justification: 'Strategy meeting on Monday' };
async function migrateEvents(env: NodeJS.ProcessEnv): Promise<void> {
  const url = env['MIGRATION_EVENTS_URL'] ?? '';
  await migrateSchema({
    url,
    authorityFile: env['MIGRATION_CA'],
    schema: 'events',
    migrations: eventStoreMigrations,
  });
}

const NOBODY = 'ffffffff-0000-4000-8000-000000000000';

describe('the door of the vault', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  let log: KafkaLog;
  let ingest: pg.Client;
  let listed: string[];
  let elsewhere: string[];
  let victims: string[];

  const ask = (as: string, order: object): Promise<WireAnswer> => fixture.post(as, '/v1/open', order);
  const named = { family: 'matrix', fields: ['familyName', 'givenName'] };
  /** Every entry of the log of looks, in no order. */
  const entries = async (): Promise<StoredEvent[]> => {
    const topic = topicName(LOOKS_TOPIC, harness.topicPrefix);
    const found: StoredEvent[] = [];
    for (let partition = 0; partition < 4; partition += 1) {
      const { low, high } = await log.marks(topic, partition);
      if (high > low)
        for await (const record of log.read(topic, partition, low, high))
          found.push(decodeRecord({ ...record, topic: LOOKS_TOPIC }));
    }
    return found;
  };
  const entry = async (id: unknown): Promise<StoredEvent> =>
    (await entries()).find(({ header }) => header.id === id)!;
  /** What an entry says under its seal. */
  const sealedOf = async (event: StoredEvent): Promise<Record<string, unknown>> => {
    const key = await fixture.client('governance').accessKey('2026-11');
    const envelope = event.sealed.case as Envelope;
    const plaintext = open(key.subkey, 'case', sealContextOf(event.header, key, 1), envelope);
    return JSON.parse(plaintext.toString('utf8')) as Record<string, unknown>;
  };

  beforeAll(async () => {
    harness = await startHarness({
      migrate: [migrateEvents, runVaultMigrations],
      boroughs: [HACKNEY, NEWHAM] as string[],
    });
    fixture = await startVault(harness);
    log = new KafkaLog({ clientId: 'test', connection: harness.config.kafka('audit-ledger') });
    ingest = await harness.connect('probity_ingest', 'probity_events');
    const parts = { harness, vault: fixture.client('borough-ingest'), ingest };
    const samples = releasedSamples();
    listed = await storePeople(parts, { borough: HACKNEY, family: 'matrix', samples }, PEOPLE);
    elsewhere = await storePeople(parts, { borough: NEWHAM, family: 'matrix', samples }, PEOPLE.slice(0, 1));
    victims = await storePeople(
      parts,
      { borough: HACKNEY, family: 'safeguarding', samples },
      PEOPLE.slice(0, 1),
    );
  }, 300_000);

  afterAll(async () => {
    await log.close();
    await fixture.close();
    await harness.close();
  });

  it('shows a person what they asked for, in the order in which they asked', async () => {
    const [first, second] = [listed[1]!, listed[0]!];
    const { status, body } = await ask(`officer-${HACKNEY}`, { ...named, ...WHY, records: [first, second] });
    expect(status).toBe(200);
    expect(body['items']).toEqual([
      { recordId: first, familyName: 'Yycanary', givenName: 'Synthia-1' },
      { recordId: second, familyName: 'Zzcanary', givenName: 'Synthia-0' },
    ]);
  });

  it('[R-80][R-81] has written who, what, why and about whom before it answers, whom and why under seal', async () => {
    const order = { ...named, ...WHY, records: [listed[0]], recipient: 'partner:example' };
    const { body } = await ask('central-1', order);
    const event = await entry(body['entry']);
    new WriterRegistry(JSON.parse(readStackFile(harness.config.paths.writers)) as WriterRegistryFile).verify(
      event,
    );
    expect(event.header).toMatchObject({ actor: 'central-1', actorkind: 'human', purpose: WHY.purpose });
    expect(event.skeleton).toMatchObject({
      ...{ operation: 'consultation', action: 'OPEN_IDENTITY', family: 'matrix', role: 'central-team' },
      ...{ subjectCount: 1, fields: named.fields, borough: null, recipient: 'partner:example' },
    });
    const inClear = JSON.stringify([event.header, event.skeleton]);
    for (const secret of [listed[0]!, WHY.justification, ...Object.values(PEOPLE[0]!)])
      expect(inClear).not.toContain(secret);
    expect(await sealedOf(event)).toMatchObject({ subjects: [listed[0]], justification: WHY.justification });
  });

  it('answers for whom it does not show as for whom it does not know, and counts only whom it shows', async () => {
    const asked = { ...named, ...WHY };
    const answers = await Promise.all(
      [NOBODY, elsewhere[0], victims[0]].map((record) =>
        ask(`officer-${HACKNEY}`, { ...asked, records: [record] }),
      ),
    );
    for (const { status, body } of answers) {
      expect([status, body['items']]).toEqual([200, []]);
      expect((await entry(body['entry'])).skeleton).toMatchObject({ subjectCount: 0 });
    }
    const mixed = await ask('central-1', { ...asked, records: [NOBODY, elsewhere[0], victims[0]] });
    expect(mixed.body['items']).toEqual([expect.objectContaining({ recordId: elsewhere[0] })]);
  });

  it('[R-07] opens victims to those who protect them alone', async () => {
    const order = { family: 'safeguarding', fields: ['givenName'], records: victims };
    const lead = await ask('safeguarding-lead', { ...order, ...SAFE });
    expect(lead.body['items']).toEqual([{ recordId: victims[0], givenName: 'Synthia-0' }]);
    expect(await ask('central-1', { ...order, ...WHY })).toMatchObject({
      status: 403,
      body: { code: 'ACC-003' },
    });
    expect(await ask('safeguarding-lead', { ...named, ...SAFE, records: listed })).toMatchObject({
      status: 403,
      body: { code: 'ACC-003' },
    });
  });

  it.each([
    ['LOG-002', 400, 'central-1', { justification: 'short' }],
    ['LOG-002', 400, 'central-1', { purpose: 'x' }],
    ['PUR-001', 400, 'central-1', { purpose: 'CURIOSITY' }],
    ['PUR-002', 403, 'central-1', { purpose: 'IMMIGRATION' }],
    ['PUR-003', 403, 'auditor', {}],
    ['ACC-002', 403, `officer-${HACKNEY}`, { borough: 'E09000025' }],
    ['ACC-001', 403, 'partner-user', {}],
    ['ACC-001', 403, 'equality-analyst', {}],
    ['ACC-001', 403, 'operator', {}],
    ['ACC-001', 403, 'governance', {}],
    ['ACC-001', 403, 'borough-ingest', {}],
  ])('refuses with %s (%d) as %s with %j', async (code, status, as, change) => {
    const answer = await ask(as, { ...named, ...WHY, records: listed, ...change });
    expect(answer).toMatchObject({ status, body: { code } });
    for (const canary of PEOPLE.flatMap((person) => Object.values(person)))
      expect(answer.text).not.toContain(canary);
  });

  it('writes down what the rules refused, without the words of whoever asked', async () => {
    await ask('central-2', { ...named, ...WHY, records: listed, purpose: 'ZZCANARY_SMITH' });
    await ask('central-2', { ...named, ...WHY, records: listed, purpose: 'BENEFITS' });
    const refused = (await entries()).filter(
      ({ header }) => header.type.includes('looks.refused') && header.actor === 'central-2',
    );
    expect(refused.map(({ header, skeleton }) => [header.purpose, skeleton['codes']]).sort()).toEqual([
      ['BENEFITS', ['PUR-002']],
      ['UNKNOWN', ['PUR-001']],
    ]);
  });

  it('[R-80] shows nothing, and says why, when the look cannot be logged', async () => {
    const shut = await startVault(harness, { topicPrefix: 'nowhere.' });
    const order = { ...named, ...WHY, records: listed };
    const answer = await shut.post('central-1', '/v1/open', order);
    expect(answer).toMatchObject({ status: 503, body: { code: 'LOG-001' } });
    expect(answer.text).not.toContain('Zzcanary');
    const refusal = await shut.post('central-1', '/v1/open', { ...order, purpose: 'BENEFITS' });
    expect(refusal).toMatchObject({ status: 503, body: { code: 'LOG-001' } });
    await shut.close();
  }, 60_000);

  it('shows no one person more people in a day than the cap', async () => {
    process.env['VAULT_DAILY_CAP'] = '4';
    const capped = await startVault(harness);
    const as = `supervisor-${HACKNEY}`;
    const order = { ...named, ...WHY, records: listed };
    expect((await capped.post(as, '/v1/open', order)).status).toBe(200);
    expect(await capped.post(as, '/v1/open', order)).toMatchObject({
      status: 429,
      body: { code: 'ACC-010' },
    });
    expect((await capped.post(as, '/v1/open', { ...order, records: listed.slice(0, 1) })).status).toBe(200);
    delete process.env['VAULT_DAILY_CAP'];
    await capped.close();
  });

  it('shows as many people as the log names, under two hundred readers at once', async () => {
    const reads = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        ask('central-2', { ...named, ...WHY, records: listed.slice(0, (index % 3) + 1) }),
      ),
    );
    expect(reads.every(({ status }) => status === 200)).toBe(true);
    const shown = reads.reduce((sum, { body }) => sum + (body['items'] as unknown[]).length, 0);
    const ids = new Set(reads.map(({ body }) => body['entry']));
    const logged = (await entries()).filter(({ header }) => ids.has(header.id));
    expect(logged).toHaveLength(200);
    expect(logged.reduce((sum, { skeleton }) => sum + Number(skeleton['subjectCount']), 0)).toBe(shown);
  }, 60_000);

  it('[attacker 11][R-63] shows nobody under the name of another when envelopes are swapped in the store', async () => {
    const admin = await harness.connectAdmin('probity_events');
    const samples = releasedSamples();
    const parts = { harness, vault: fixture.client('borough-ingest'), ingest };
    const pair = await storePeople(
      parts,
      { borough: HACKNEY, family: 'matrix', samples },
      PEOPLE.slice(0, 2),
    );
    const order = { ...named, ...WHY, records: pair };
    const shown = async (): Promise<unknown> =>
      ((await ask(`officer-${HACKNEY}`, order)).body['items'] as { familyName: string }[]).map(
        ({ familyName }) => familyName,
      );
    expect(await shown()).toEqual(['Zzcanary', 'Yycanary']);
    await admin.query('ALTER TABLE events.sealed_value DISABLE TRIGGER no_update');
    const { rowCount } = await admin.query(
      `UPDATE events.sealed_value v SET sealed = other.sealed
       FROM events.event e, events.event o, events.sealed_value other
       WHERE e.position = v.position AND o.position = other.position AND e.version = 1 AND o.version = 1
         AND e.stream = ANY ($1) AND o.stream = ANY ($1) AND e.stream <> o.stream`,
      [pair.map((recordId) => `records/${recordId}`)],
    );
    await admin.query('ALTER TABLE events.sealed_value ENABLE ALWAYS TRIGGER no_update');
    expect([rowCount, await shown()]).toEqual([2, []]);
  });

  it('lets the vault read nothing of the event store but sealed identities', async () => {
    const vault = await harness.connect('probity_vault', 'probity_events');
    for (const table of ['event', 'sealed_value', 'stream', 'batch', 'outbox'])
      await expect(vault.query(`SELECT FROM events.${table}`)).rejects.toMatchObject({ code: '42501' });
  });
});
