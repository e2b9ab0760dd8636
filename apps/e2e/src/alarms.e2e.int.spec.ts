import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { localBrokerAdmin, startStack, type RunningStack } from '@probity/local-stack';
import { importArguments } from './fault-run.js';
import { writeList } from './lists.js';
import { Store } from './store.js';

const BOROUGH = 'E09000012';
const TOPIC = `matrix.${BOROUGH}`;
const LOOK_MS = 250;

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(300_000);

interface Status {
  ready: boolean;
  reconciliation: {
    ledger: { behind: number };
    readModels: { projection: string; passes: number }[];
    alarms: { code: string; place: string; sentence: string; remedy: string }[];
  } | null;
}
type Alarm = NonNullable<Status['reconciliation']>['alarms'][number];

let store: Store;
let stack: RunningStack;

const status = (): Promise<Status> => store.json<Status>('status');

/** Waits, by what `probity status` tells, for an alarm. Whoever never sees it is ended by the test's own bound. */
async function alarm(code: string): Promise<Alarm> {
  for (;;) {
    const found = (await status()).reconciliation?.alarms.find((each) => each.code === code);
    if (found) return found;
    await pause(LOOK_MS);
  }
}

async function untilNoAlarm(): Promise<void> {
  while ((await status()).reconciliation?.alarms.length !== 0) await pause(LOOK_MS);
}

/** Deletes an event as only a superuser can: the triggers that keep the log as it is are off meanwhile. */
async function deleteEvent(position: string): Promise<void> {
  const admin = await store.connect('probity_events');
  await admin.query(`BEGIN; ALTER TABLE events.event DISABLE TRIGGER ALL; ALTER TABLE events.sealed_value DISABLE TRIGGER ALL;
    DELETE FROM events.sealed_value WHERE position = ${position}; DELETE FROM events.event WHERE position = ${position};
    ALTER TABLE events.event ENABLE TRIGGER ALL; ALTER TABLE events.sealed_value ENABLE TRIGGER ALL; COMMIT`);
}

beforeAll(async () => {
  store = await Store.create();
  stack = await startStack({ env: store.env, durable: false });
  const folder = store.outside('lists', 'one');
  writeList(folder, { borough: BOROUGH, rows: 60, seed: 17, dialect: 'tab' });
  const command = { folder, borough: BOROUGH, asAt: '2026-11-01T09:00:00Z' };
  const { code, stderr } = await store.probity(...importArguments(command, store.outside('out', 'one.csv')));
  if (code !== 0) throw new Error(stderr);
});

afterAll(async () => {
  await store.disconnect();
  await stack?.stop();
  await store.remove();
});

describe('what somebody did to the store by force', () => {
  it('is nothing at first: everything is verified to its end, and nothing is wrong', async () => {
    expect((await store.probity('reconcile', 'now')).code).toBe(0);
    const { reconciliation } = await status();
    expect(reconciliation?.ledger.behind).toBe(0);
    expect(reconciliation?.readModels.map(({ projection }) => projection)).toEqual([
      'matrix',
      'safeguarding',
    ]);
  });

  it('is told by table and record when a row of a read model was edited, and heals by a rebuild', async () => {
    const [row] = await store.rows<{ id: string }>(
      'probity_views',
      `UPDATE matrix.entry SET band = CASE band WHEN 'RED' THEN 'GREEN' ELSE 'RED' END
        WHERE record_id = (SELECT min(record_id::text)::uuid FROM matrix.entry) RETURNING record_id::text AS id`,
    );
    const { place } = await alarm('REC-009');
    expect(place).toBe(`matrix.entry ${row?.id ?? ''}`);
    const { stdout } = await store.probity('status');
    expect(stdout).toContain(`ALARM REC-009 at ${place}`);
    expect((await store.probity('projection', 'rebuild', 'matrix')).code).toBe(0);
    const diff = await store.probity('projection', 'diff', 'matrix');
    const digest = /--accept ([0-9a-f]{64})/.exec(diff.stderr)?.[1] ?? '';
    const healed = await store.probity(
      ...['projection', 'switch', 'matrix', '--accept', digest, '--reason', 'edited by hand'],
    );
    expect(healed.code).toBe(0);
    await untilNoAlarm();
  });

  it('is told by event and place when a superuser deleted an event, and heals by recovery', async () => {
    const [event] = await store.rows<{ id: string; position: string }>(
      'probity_events',
      `SELECT event_id::text AS id, position::text FROM events.event WHERE topic = $1 ORDER BY position LIMIT 1`,
      [TOPIC],
    );
    await deleteEvent(event?.position ?? '');
    const { place, sentence } = await alarm('REC-004');
    expect(place).toContain(event?.id ?? 'no id');
    expect(sentence).toContain(`is gone from the event store; it stands in ${TOPIC}/0@`);
    expect((await store.probity('recover', '--yes')).code).toBe(0);
    await untilNoAlarm();
    expect((await store.probity('reconcile', 'now')).code).toBe(0);
  });

  it('is told by topic and offsets when records were removed from a topic', async () => {
    const admin = localBrokerAdmin(store.home, stack.ports);
    await admin.deleteRecords(TOPIC, 0, 3n);
    await admin.close();
    const { place, sentence } = await alarm('REC-006');
    expect([place, sentence]).toEqual([
      `${TOPIC}/0@0-2`,
      expect.stringContaining(`offsets 0 to 2 are gone from ${TOPIC}/0`),
    ]);
    expect((await store.probity('reconcile', 'status')).code).toBe(1);
  });

  it('is told as an alarm and parked alone when a record was forged with a stolen password; a person discards it for a reason', async () => {
    const forged = { key: randomUUID(), value: Buffer.from('{}'), headers: {}, timestamp: '1793523600000' };
    const offset = await store.logAs(`ingest-${BOROUGH}`).endOffset(TOPIC, 0);
    await store.logAs(`ingest-${BOROUGH}`).send(TOPIC, 0, [forged]);
    const at = `${TOPIC}/0@${String(offset)}`;
    expect(await alarm('REC-001')).toMatchObject({ place: at });
    while ((await store.probity('parked', 'list', '--json')).stdout.indexOf('REJECTED') < 0)
      await pause(LOOK_MS);
    const { stdout } = await store.probity('parked');
    expect(stdout).toContain(at);
    expect((await store.probity('parked', 'discard', '--at', at)).code).toBe(2);
    expect((await store.probity('parked', 'discard', '--at', at, '--reason', 'forged')).code).toBe(0);
    const shown = await store.probity('parked', 'show', '--at', at);
    expect(shown.stdout).toContain('forged');
    expect((await store.probity('parked', 'list', '--json')).stdout).not.toContain('REJECTED');
  });
});
