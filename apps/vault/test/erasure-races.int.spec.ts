import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppendRefused } from '@probity/event-store';
import { SeededRandom, type Harness } from '@probity/testing';
import { BOROUGH, erasureHarness, RecordWriter, type RecordUnderTest } from './erasure-fixture.js';
import { startVault, type VaultFixture, type WireAnswer } from './vault-fixture.js';

/** Records that are erased while others write and read them; `PROBITY_ERASE_RACES` sets another number. */
const RACES = Number(process.env['PROBITY_ERASE_RACES'] ?? 100);
const SEED = process.env['PROBITY_ERASE_SEED'] ?? 'races';
/** Records that are raced at a time. */
const AT_ONCE = 8;
const LEASE_MS = 1000;
const WHY = { purpose: 'OFFENDER_MANAGEMENT', justification: 'Visit planned for this afternoon' };

/** What one race saw. Times are monotonic milliseconds. */
interface Race {
  readonly record: RecordUnderTest;
  /** When the answer that the key is destroyed had come. */
  destroyedAt: number;
  /** When an answer with a name had come. */
  readonly opened: number[];
  /** Until when a leased subkey was held. */
  readonly heldUntil: number[];
  appended: number;
  refusedBehindFence: number;
}

describe('[attacker 17][R-61] an erasure that is raced', () => {
  const random = new SeededRandom(SEED);
  let harness: Harness;
  let fixture: VaultFixture;
  let writer: RecordWriter;

  beforeAll(async () => {
    Object.assign(process.env, { VAULT_LEASE_SECONDS: String(LEASE_MS / 1000), VAULT_DAILY_CAP: '999999' });
    harness = await erasureHarness([BOROUGH]);
    fixture = await startVault(harness);
    writer = RecordWriter.connect(fixture);
    // Before the time of a lease has passed since its start, a vault knows nothing of the leases of its forerunner.
    await pause(LEASE_MS);
  }, 300_000);

  afterAll(async () => {
    for (const name of ['VAULT_LEASE_SECONDS', 'VAULT_DAILY_CAP']) delete process.env[name];
    await writer.close();
    await fixture.close();
    await harness.close();
  });

  const pause = (ms = random.between(0, 30)): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, ms));
  const order = (path: string, { id: recordId }: RecordUnderTest): Promise<WireAnswer> =>
    fixture.post('retention-worker', path, { recordId });

  /** Appends again and again until the event is in the store at the version that was free. */
  const mustAppend = async (record: RecordUnderTest, name: string): Promise<void> => {
    for (;;) {
      try {
        await writer.append(record, name);
        return;
      } catch (error) {
        if (!(error instanceof AppendRefused && error.kind === 'conflict')) throw error;
      }
    }
  };

  const erase = async (race: Race): Promise<void> => {
    await pause(random.between(0, 150));
    await mustAppend(race.record, 'record-fenced');
    expect((await order('/v1/fences', race.record)).status).toBe(200);
    for (;;) {
      const answer = await order('/v1/destroy-key', race.record);
      if (answer.status === 200) break;
      expect(answer.body['code']).toBe('ERA-006');
      await pause(5);
    }
    race.destroyedAt = performance.now();
    await mustAppend(race.record, 'subject-key-destroyed');
  };

  /** Acts until the key is destroyed, and twice more. */
  const keepOn = async (race: Race, act: () => Promise<void>): Promise<void> => {
    for (let after = 0; after < 2; after += race.destroyedAt < Infinity ? 1 : 0) {
      await act();
      await pause();
    }
  };

  const write = (race: Race) => async (): Promise<void> => {
    try {
      const skeleton = { restrictionId: randomUUID() };
      await writer.append(race.record, 'restriction-lifted', { skeleton });
      race.appended += 1;
    } catch (error) {
      if (!(error instanceof AppendRefused)) throw error;
      expect(['conflict', 'fenced']).toContain(error.kind);
      if (error.kind === 'fenced') race.refusedBehindFence += 1;
    }
  };

  const find = (race: Race) => async (): Promise<void> => {
    const wanted = { family: 'matrix', records: [race.record.id], fields: ['familyName'], ...WHY };
    const answer = await fixture.post(`officer-${BOROUGH}`, '/v1/open', wanted);
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.any(String)]);
    if ((answer.body['items'] as unknown[]).length > 0) race.opened.push(performance.now());
  };

  const borrow = (race: Race) => async (): Promise<void> => {
    const [asked, holder] = [performance.now(), randomUUID()];
    const body = { group: 'case', recordIds: [race.record.id], holder };
    const answer = await fixture.post('projector-matrix', '/v1/leases', body);
    if ((answer.body['leases'] as unknown[]).length === 0) return;
    // One lease of ten is never given back, and ends by itself.
    if (random.between(1, 10) === 1) {
      race.heldUntil.push(asked + LEASE_MS);
      return;
    }
    await pause();
    race.heldUntil.push(performance.now());
    const dropped = { recordIds: [race.record.id], holder };
    await fixture.post('projector-matrix', '/v1/leases/confirm-dropped', dropped);
  };

  const run = async (record: RecordUnderTest): Promise<Race> => {
    await writer.append(record, 'entry-removed', { daysAgo: 40 });
    await writer.append(record, 'erasure-requested');
    const race = {
      record,
      destroyedAt: Infinity,
      opened: [],
      heldUntil: [],
      appended: 0,
      refusedBehindFence: 0,
    };
    const acts = [write(race), write(race), find(race), borrow(race)];
    await Promise.all([erase(race), ...acts.map((act) => keepOn(race, act))]);
    return race;
  };

  it(
    `appends nothing behind the fence and opens nothing after the key is gone, in ${String(RACES)} races`,
    async () => {
      const races: Race[] = [];
      while (races.length < RACES) {
        const records = await writer.enter(Math.min(AT_ONCE, RACES - races.length));
        races.push(...(await Promise.all(records.map(run))));
        if (races.length % 1000 === 0) process.stderr.write(`${String(races.length)} races\n`);
      }
      for (const { opened, heldUntil, destroyedAt, refusedBehindFence } of races) {
        expect(opened.filter((at) => at > destroyedAt)).toEqual([]);
        expect(heldUntil.filter((at) => at > destroyedAt)).toEqual([]);
        expect(refusedBehindFence).toBeGreaterThan(0);
      }
      const sum = (of: (race: Race) => number): number => races.reduce((total, race) => total + of(race), 0);
      // The races were races: before the fence, names were seen, keys lent and events taken.
      for (const count of [
        sum((r) => r.opened.length),
        sum((r) => r.heldUntil.length),
        sum((r) => r.appended),
      ])
        expect(count).toBeGreaterThan(RACES / 10);
      process.stderr.write(
        `opened ${String(sum((r) => r.opened.length))}, lent ${String(sum((r) => r.heldUntil.length))}, appended ${String(sum((r) => r.appended))}, refused behind the fence ${String(sum((r) => r.refusedBehindFence))}\n`,
      );
      const admin = await harness.connectAdmin('probity_events');
      const { rows: behind } = await admin.query(
        `SELECT e.stream, e.type FROM events.event e JOIN events.event f
         ON f.stream = e.stream AND f.type LIKE '%.record-fenced.%' AND e.version > f.version
       WHERE e.type NOT LIKE '%.subject-key-destroyed.%'`,
      );
      expect(behind).toEqual([]);
      const { rows } = await admin.query(
        `SELECT count(*)::int AS fenced, count(*) FILTER (WHERE destruction_begun_at IS NULL)::int AS alive FROM events.stream WHERE fenced_at IS NOT NULL`,
      );
      expect(rows).toEqual([{ fenced: RACES, alive: 0 }]);
      const owner = await harness.connect('probity_owner', 'probity_vault');
      const keys = await owner.query(
        'SELECT count(*)::int AS left FROM vault.data_key WHERE family = $1 AND wrapped IS NOT NULL',
        ['matrix'],
      );
      expect(keys.rows).toEqual([{ left: 0 }]);
    },
    Math.max(300_000, RACES * 1000),
  );
});
