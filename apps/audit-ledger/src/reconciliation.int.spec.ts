import { request } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnsignedEvent } from '@probity/events';
import { waitUntil } from '@probity/local-stack';
import { ServiceLogger, startService } from '@probity/platform';
import type { RunningService } from '@probity/platform';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';
import { StoreFixture, matrixEvent, migrateEvents } from '../test/store-fixture.js';
import { AuditLedgerModule } from './audit-ledger.module.js';
import { migrateLedger } from './migrations/migrate-ledger.js';

const BOROUGHS = ['E09000002', 'E09000012', 'E09000013'] as const;
const LIMIT_MS = 60_000;

interface Alarm {
  code: string;
  place: string;
  sentence: string;
}

interface Answer {
  duplicates: number;
  behind: number;
  lanes: { topic: string; verifiedOffset: number; highWatermark: number | null }[];
  passes: { check: string; passes: number }[];
  alarms: Alarm[];
}

describe('reconciliation of event store and topics', () => {
  let harness: Harness;
  let admin: pg.Client;
  let boroughs: Map<string, StoreFixture>;
  const services: RunningService[] = [];

  const borough = (code: (typeof BOROUGHS)[number]): StoreFixture => boroughs.get(code)!;
  const start = async (): Promise<RunningService> => {
    const service = await startService({
      process: 'audit-ledger',
      port: 0,
      config: harness.config,
      logger: new ServiceLogger('audit-ledger', 'silent'),
      module: AuditLedgerModule.watching([
        ...BOROUGHS.map((code) => `matrix.${code}`),
        'oversight',
        'access',
      ]),
    });
    services.push(service);
    return service;
  };
  const ask = (service: RunningService, method: 'GET' | 'POST', path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = { ...harness.config.personTls('operator'), agent: false, method };
      const call = request(service.url + path, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve(JSON.parse(Buffer.concat(parts).toString()) as Answer);
        });
      });
      call.on('error', reject);
      call.end();
    });
  const read = (service: RunningService): Promise<Answer> => ask(service, 'GET', '/v1/reconciliation');
  const runNow = (service: RunningService): Promise<Answer> => ask(service, 'POST', '/v1/reconciliation/run');
  const verifiedUpTo = async (service: RunningService, topic: string): Promise<number> =>
    (await read(service)).lanes.find((lane) => lane.topic === topic)?.verifiedOffset ?? 0;
  const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
    expect(await waitUntil(condition, LIMIT_MS)).toBe(true);
  };
  const verified = (service: RunningService, fixture: StoreFixture, offset: number): Promise<void> =>
    eventually(async () => (await verifiedUpTo(service, fixture.topic)) >= offset);
  /** Waits for the alarm that is looked for and gives it. */
  const alarm = async (service: RunningService, code: string, place: string): Promise<Alarm> => {
    let found: Alarm | undefined;
    await eventually(async () => {
      const { alarms } = await read(service);
      found = alarms.find((each) => each.code === code && each.place === place);
      return found !== undefined;
    });
    return found!;
  };
  const noAlarms = (service: RunningService): Promise<void> =>
    eventually(async () => (await read(service)).alarms.length === 0);
  /** Does what only a superuser can: the triggers that keep the log as it is are off. */
  const tamper = async (sql: string, values: unknown[]): Promise<void> => {
    const tables = ['event', 'batch', 'sealed_value'];
    for (const table of tables) await admin.query(`ALTER TABLE events.${table} DISABLE TRIGGER ALL`);
    await admin.query(sql, values);
    for (const table of tables) await admin.query(`ALTER TABLE events.${table} ENABLE TRIGGER ALL`);
  };
  const nameOf = ({ header }: UnsignedEvent): string =>
    `event ${header.id} (${header.subject} version ${String(header.streamversion)})`;

  beforeAll(async () => {
    harness = await startHarness({ boroughs: BOROUGHS, migrate: [migrateEvents, migrateLedger] });
    admin = await harness.connectAdmin('probity_events');
    const ingest = await harness.connect('probity_ingest', 'probity_events');
    boroughs = new Map(BOROUGHS.map((code) => [code, new StoreFixture(harness, ingest, code)]));
  }, 300_000);

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...boroughs.values()].map((fixture) => fixture.close()));
    await harness.close();
  }, 60_000);

  it('verifies what is appended and published, and goes on from there after a restart', async () => {
    const hackney = borough('E09000012');
    await hackney.appendNew(40);
    const first = await start();
    await verified(first, hackney, 40);
    await first.close();
    await hackney.appendNew(5);
    const { rows } = await admin.query('SELECT count(*)::int AS n FROM ledger.record');
    expect(rows).toEqual([{ n: 40 }]);
    const second = await start();
    await verified(second, hackney, 45);
    expect((await runNow(second)).alarms).toEqual([]);
    const metrics = await (await fetch(`http://127.0.0.1:${String(second.metricsPort)}/metrics`)).text();
    expect(metrics).toMatch(
      /^probity_reconciliation_verified_offset\{[^}]*topic="matrix\.E09000012"[^}]*\} 45$/m,
    );
  }, 120_000);

  it('raises nothing while events are appended, published twice and committed late at low positions', async () => {
    const barking = borough('E09000002');
    const service = await start();
    const slow = await harness.connect('probity_ingest', 'probity_events');
    for (let round = 0; round < 6; round += 1) {
      // Takes its position now and commits after others that took later ones.
      const late = matrixEvent(barking.borough).event;
      await slow.query('BEGIN');
      await barking.appendWithin(slow, [late]);
      await barking.appendNew(100);
      await slow.query('COMMIT');
      await eventually(async () => (await barking.records()).length > 0);
      await barking.smuggle((await barking.records()).slice(0, 1));
    }
    await runNow(service);
    await eventually(async () => (await read(service)).behind === 0);
    const { alarms, duplicates } = await runNow(service);
    expect(alarms).toEqual([]);
    expect(duplicates).toBeGreaterThanOrEqual(6);
  }, 120_000);

  it('names an event that a superuser deletes from the store, and is content when it is back', async () => {
    const hackney = borough('E09000012');
    const service = await start();
    const at = await hackney.end();
    const [victim] = await hackney.appendNew(1);
    await verified(service, hackney, Number(at) + 1);
    await admin.query(
      `CREATE TEMP TABLE kept AS SELECT * FROM events.event WHERE event_id = '${victim!.header.id}'`,
    );
    await tamper('DELETE FROM events.event WHERE event_id = $1', [victim!.header.id]);
    const { sentence } = await alarm(service, 'REC-004', `events.event ${victim!.header.id}`);
    expect(sentence).toBe(
      `${nameOf(victim!)} is gone from the event store; it stands in matrix.E09000012/0@${String(at)}`,
    );
    // Taken back it stands at another position: the bytes count.
    await tamper(`UPDATE pg_temp.kept SET position = nextval('events.event_position')`, []);
    await tamper('INSERT INTO events.event SELECT * FROM pg_temp.kept', []);
    await tamper(
      `UPDATE events.sealed_value SET position = (SELECT position FROM pg_temp.kept)
        WHERE position = (SELECT min(position) FROM ledger.record WHERE event_id = $1)`,
      [victim!.header.id],
    );
    await noAlarms(service);
  }, 120_000);

  it('names an event whose header, and one whose ciphertext, is changed in the store', async () => {
    const hackney = borough('E09000012');
    const service = await start();
    const at = await hackney.end();
    const [edited, resealed] = await hackney.appendNew(2);
    await verified(service, hackney, Number(at) + 2);
    const flip = `set_byte($COLUMN, 0, get_byte($COLUMN, 0) # 1)`;
    const flipHeader = `UPDATE events.event SET header = ${flip.replaceAll('$COLUMN', 'header')} WHERE event_id = $1`;
    const flipSealed = `UPDATE events.sealed_value s SET sealed = ${flip.replaceAll('$COLUMN', 'sealed')}
      FROM events.event e WHERE e.position = s.position AND e.event_id = $1`;
    await tamper(flipHeader, [edited!.header.id]);
    await tamper(flipSealed, [resealed!.header.id]);
    expect((await alarm(service, 'REC-005', `events.event ${edited!.header.id}`)).sentence).toBe(
      `${nameOf(edited!)} was changed in the event store; matrix.E09000012/0@${String(at)} holds what was verified`,
    );
    expect(
      (await alarm(service, 'REC-005', `events.sealed_value ${resealed!.header.id}`)).sentence,
    ).toContain(`matrix.E09000012/0@${String(at + 1n)}`);
    await tamper(flipHeader, [edited!.header.id]);
    await tamper(flipSealed, [resealed!.header.id]);
    await noAlarms(service);
  }, 120_000);

  it('[R-88] names a record that nobody signed, one that the store does not know, and one whose bytes differ', async () => {
    const barking = borough('E09000002');
    const service = await start();
    const honest = matrixEvent(barking.borough);
    const forged = barking.signed(honest);
    const other = matrixEvent(barking.borough);
    const at = await barking.smuggle([
      {
        ...forged,
        headers: { ...forged.headers, ce_writersig: barking.signed(other).headers['ce_writersig']! },
      },
      { key: 'x', value: Buffer.from('no event'), headers: {}, timestamp: forged.timestamp },
      barking.signed(other),
    ]);
    const place = (offset: bigint): string => `matrix.E09000002/0@${String(offset)}`;
    expect((await alarm(service, 'REC-001', place(at))).sentence).toBe(
      `${place(at)}: no writer of this topic signed it`,
    );
    expect((await alarm(service, 'REC-001', place(at + 1n))).sentence).toContain('the record has');
    expect((await alarm(service, 'REC-002', place(at + 2n))).sentence).toBe(
      `${place(at + 2n)}: ${nameOf(other.event)} is signed by a writer of this topic and unknown to the event store`,
    );
    // Two events of one id, both honestly signed: the store has one, the topic has both.
    const kept = matrixEvent(barking.borough);
    await barking.append([kept.event]);
    const at2 = await barking.smuggle([barking.signed(matrixEvent(barking.borough, kept.event.header.id))]);
    expect((await alarm(service, 'REC-003', place(at2))).sentence).toContain(
      'has another header in the topic than in the event store',
    );
    // Once the store knows the event it is whole; a forged record stays an alarm for as long as the topic holds it.
    await barking.append([other.event]);
    await eventually(async () => {
      const { alarms } = await read(service);
      return alarms.every(({ code }) => code !== 'REC-002');
    });
    const codes = (await read(service)).alarms.map(({ code }) => code);
    expect(codes.filter((code) => code === 'REC-001')).toHaveLength(2);
  }, 120_000);

  it('names records that were removed from a topic, and is content when their events are in it again', async () => {
    const hammersmith = borough('E09000013');
    const events = await hammersmith.appendNew(4);
    const service = await start();
    await verified(service, hammersmith, 4);
    const lost = (await hammersmith.records()).slice(0, 2);
    await harness.broker.deleteRecords(hammersmith.brokerTopic, 0, 2n);
    const { sentence } = await alarm(service, 'REC-006', 'matrix.E09000013/0@0-1');
    expect(sentence).toBe(
      `offsets 0 to 1 are gone from matrix.E09000013/0; missing from it: ${nameOf(events[0]!)}, ${nameOf(events[1]!)}`,
    );
    await hammersmith.smuggle(lost);
    await eventually(async () => (await read(service)).alarms.every(({ code }) => code !== 'REC-006'));
  }, 120_000);

  it('names an event that is in the store, in no topic and not on its way', async () => {
    const hammersmith = borough('E09000013');
    const service = await start();
    const event = matrixEvent(hammersmith.borough).event;
    const blocker = await harness.connect('probity_ingest', 'probity_events');
    await blocker.query('BEGIN');
    await hammersmith.appendWithin(blocker, [event]);
    await blocker.query('DELETE FROM events.outbox WHERE topic = $1', [hammersmith.topic]);
    await blocker.query('COMMIT');
    const place = `events.event ${event.header.id}`;
    expect((await alarm(service, 'REC-008', place)).sentence).toBe(
      `${nameOf(event)} is in the event store, not in matrix.E09000013 and not waiting to be published`,
    );
    await admin.query(
      'INSERT INTO events.outbox SELECT topic, 0, position FROM events.event WHERE event_id = $1',
      [event.header.id],
    );
    await eventually(async () => (await read(service)).alarms.every((each) => each.place !== place));
  }, 120_000);

  it('names a topic that is gone, verifies it from its beginning when it is made again, and needs no other topic for that', async () => {
    const hackney = borough('E09000012');
    const service = await start();
    const end = Number(await hackney.end());
    await verified(service, hackney, end);
    const records = await hackney.records();
    const spec = (await harness.broker.liveTopics()).find(({ name }) => name === hackney.brokerTopic)!;
    await harness.broker.deleteTopic(hackney.brokerTopic);
    const found = await alarm(service, 'REC-007', `matrix.E09000012/0@0-${String(end - 1)}`);
    expect(found.sentence).toContain('the topic matrix.E09000012 is gone; it was verified up to offset');
    const others = borough('E09000013');
    const before = Number(await others.end());
    await others.appendNew(3);
    await verified(service, others, before + 3);
    await harness.broker.ensureTopics([spec]);
    // In another order than before: other offsets, the same events.
    await eventually(async () => {
      await hackney.smuggle([...records].reverse());
      return true;
    });
    await eventually(async () => {
      const { alarms } = await read(service);
      return (
        alarms.every(({ place }) => !place.includes('E09000012')) &&
        (await verifiedUpTo(service, hackney.topic)) >= end
      );
    });
    expect((await runNow(service)).alarms.filter(({ code }) => code === 'REC-008')).toEqual([]);
  }, 120_000);
});
