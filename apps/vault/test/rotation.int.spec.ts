import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deriveSubkey, type FreshKey } from '@probity/sealing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';
import { VaultPool } from '../src/database/vault-pool.js';
import { withRotationLock } from '../src/epochs/rotation-lock.js';
import { DataKeyRepository } from '../src/keys/data-key.repository.js';
import { DataKeyVault } from '../src/keys/data-key.vault.js';
import type { RotationStep } from '../src/epochs/rotation.js';
import { epochsOf, PEPPERS, rotatedTo, rotateObserved } from './rotation-fixture.js';
import { startVault, vaultHarness, type VaultFixture } from './vault-fixture.js';

const HACKNEY = 'E09000012';
const COUNT = 2500;

describe('[R-62] a rotation of the key-encryption key', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  let admin: pg.Client;
  let keys: FreshKey[];
  const fresh = (count: number, from = fixture): Promise<FreshKey[]> =>
    from.client('borough-ingest').freshKeys({ borough: HACKNEY, family: 'matrix', count });
  const fileOf = (epoch: number): string => join(harness.config.paths.kek, `epoch-00000${String(epoch)}.key`);
  const rotate = async (): Promise<number> =>
    (await fixture.post('operator', '/v1/epochs/rotate', {})).status;

  /** Whether every key opens, and to what it was. */
  const allOpen = async (wanted: readonly FreshKey[], from = fixture): Promise<boolean> => {
    const leases = await from.client('projector-matrix').leaseCase(wanted.map(({ recordId }) => recordId));
    return wanted.every(({ recordId, dek }) => {
      const subkey = leases.get(recordId)?.subkey;
      return subkey !== undefined && deriveSubkey(dek, 'case').equals(subkey);
    });
  };

  /** Breaks a rotation off as a killed process would: nothing after the step is done. */
  const killedAfter = async (last: RotationStep, times = 1): Promise<void> => {
    let seen = 0;
    const rotation = rotateObserved(fixture, (step) => {
      seen += step === last ? 1 : 0;
      if (seen === times) throw new Error('killed');
    });
    await expect(rotation).rejects.toThrow('killed');
  };

  beforeAll(async () => {
    harness = await vaultHarness();
    admin = await harness.connectAdmin('probity_vault');
  }, 300_000);

  // A new store in the same database.
  beforeEach(async () => {
    await admin.query('TRUNCATE vault.data_key, vault.index_pepper, vault.key_epoch');
    rmSync(harness.config.paths.kek, { recursive: true });
    fixture = await startVault(harness);
    keys = await fresh(COUNT);
  });

  afterEach(async () => fixture.close());

  afterAll(async () => harness.close());

  it('moves every key and every pepper to the next epoch, and then the old key is gone with its file', async () => {
    const indexKey = await fixture.client('borough-ingest').indexKey(HACKNEY);
    expect(await rotate()).toBe(202);
    const { epochs, destructionAssured } = await rotatedTo(fixture, 2);
    expect(epochs).toMatchObject([
      { epoch: 1, state: 'destroyed', livingKeys: 0, destructionAssured: false },
      { epoch: 2, state: 'current', livingKeys: COUNT + PEPPERS, irrecoverableAfter: null },
    ]);
    expect(epochs[0]!.irrecoverableAfter).toBe(epochs[0]!.destroyedAt);
    expect(destructionAssured).toBe(false);
    expect(existsSync(fileOf(1))).toBe(false);
    expect(await allOpen(keys)).toBe(true);
    expect(await fixture.client('borough-ingest').indexKey(HACKNEY)).toEqual(indexKey);
    expect(await fixture.metrics()).toMatch(/probity_vault_keys_rewrapped_total\D+\d/);
  });

  it('comes by itself when seven days of domain time have passed, and not before', async () => {
    const { nextRotationDueAt } = await epochsOf(fixture);
    const before = new Date(Date.parse(nextRotationDueAt) - 1).toISOString();
    await fixture.advanceTo(before);
    expect((await epochsOf(fixture)).currentEpoch).toBe(1);
    await fixture.advanceTo(nextRotationDueAt);
    const { epochs } = await rotatedTo(fixture, 2);
    expect([epochs[1]!.madeAt, epochs[0]!.destroyedAt]).toEqual([nextRotationDueAt, nextRotationDueAt]);
  });

  it('is begun by the operator alone', async () => {
    for (const other of ['central-1', 'borough-ingest', 'vault'])
      expect((await fixture.post(other, '/v1/epochs/rotate', {})).status).toBe(403);
    expect((await fixture.get('/v1/epochs')).status).toBe(401);
    expect((await epochsOf(fixture)).currentEpoch).toBe(1);
  });

  it('serves leases and fresh keys all the while, and every one of them opens afterwards', async () => {
    const made: FreshKey[] = [];
    let isOver = false;
    const writer = (async () => {
      while (!isOver) made.push(...(await fresh(50)));
    })();
    const reader = (async () => {
      let opened = 0;
      while (!isOver) {
        const some = keys.slice(opened % COUNT, (opened % COUNT) + 100);
        expect(await allOpen(some)).toBe(true);
        opened += some.length;
      }
    })();
    for (let epoch = 2; epoch <= 4; epoch += 1) {
      expect(await rotate()).toBe(202);
      await rotatedTo(fixture, epoch);
    }
    isOver = true;
    await Promise.all([writer, reader]);
    expect(made.length).toBeGreaterThan(0);
    expect(await allOpen([...keys, ...made])).toBe(true);
    expect(readdirSync(harness.config.paths.kek)).toEqual(['epoch-000004.key']);
  });

  it('goes unnoticed by whoever read a row before it and opens it afterwards', async () => {
    const [row] = await fixture.vault.app.get(DataKeyRepository).findNewest([keys[0]!.recordId]);
    await rotate();
    await rotatedTo(fixture, 2);
    const opened = await fixture.vault.app.get(DataKeyVault).withKey(row!, (dek) => Buffer.from(dek));
    expect([row!.epoch, opened]).toEqual([1, keys[0]!.dek]);
  });

  const STEPS: RotationStep[] = [
    ...(['planned', 'key made', 'begun', 'counted', 'batch rewrapped'] as const),
    ...(['verified', 'key destroyed', 'ended'] as const),
  ];
  it.each(STEPS)('killed after “%s” goes on at the next start', async (last) => {
    await killedAfter(last, last === 'batch rewrapped' ? 3 : 1);
    expect(await allOpen(keys)).toBe(true);
    await fixture.close();
    fixture = await startVault(harness);
    const { epochs } = await rotatedTo(fixture, 2);
    expect(epochs.map(({ livingKeys }) => livingKeys)).toEqual([0, COUNT + PEPPERS]);
    expect(readdirSync(harness.config.paths.kek)).toEqual(['epoch-000002.key']);
    expect(await allOpen([...keys, ...(await fresh(1))])).toBe(true);
  });

  it('of two vaults is done by one, and the other goes on with the new key', async () => {
    const other = await startVault(harness);
    try {
      expect(await allOpen(await fresh(10, other), other)).toBe(true);
      const answers = await Promise.all(
        [fixture, other].map((each) => each.post('operator', '/v1/epochs/rotate', {})),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect([[202, 409], [202, 202]]).toContainEqual(statuses); // prettier-ignore
      const epoch = statuses[1] === 409 ? 2 : 3;
      await rotatedTo(other, epoch);
      const made = [...(await fresh(10, fixture)), ...(await fresh(10, other))];
      for (const each of [fixture, other]) expect(await allOpen([...keys, ...made], each)).toBe(true);
      expect(readdirSync(harness.config.paths.kek)).toEqual([`epoch-00000${String(epoch)}.key`]);
    } finally {
      await other.close();
    }
  });

  it('under way keeps a second one out, with a code and what to do', async () => {
    await withRotationLock(fixture.vault.app.get(VaultPool), true, async () => {
      const { status, body } = await fixture.post('operator', '/v1/epochs/rotate', {});
      expect([status, body.code, body.remedy]).toEqual([409, 'KEY-002', expect.any(String)]);
    });
    expect(await rotate()).toBe(202);
  });

  it('[attacker 16] makes a backup worthless: what is put back from before opens for nobody', async () => {
    await admin.query('CREATE TABLE public.backup AS SELECT * FROM vault.data_key');
    await rotate();
    await rotatedTo(fixture, 2);
    await admin.query(
      `UPDATE vault.data_key d SET wrapped = b.wrapped, epoch = b.epoch FROM public.backup b
       WHERE b.record_id = d.record_id AND d.record_id = $1`,
      [keys[0]!.recordId],
    );
    const leases = await fixture
      .client('projector-matrix')
      .leaseCase(keys.slice(0, 2).map((key) => key.recordId));
    expect([...leases.keys()]).toEqual([keys[1]!.recordId]);
    await admin.query('DROP TABLE public.backup');
  });

  it('never lets keys come under an epoch that has retired', async () => {
    await rotate();
    await rotatedTo(fixture, 2);
    const service = await harness.connect('probity_vault', 'probity_vault');
    const late = service.query(
      `INSERT INTO vault.data_key (record_id, dek_version, borough, family, wrapped, epoch, issued_at)
       VALUES (gen_random_uuid(), 1, $1, 'matrix', $2, 1, now())`,
      [HACKNEY, Buffer.alloc(60)],
    );
    await expect(late).rejects.toMatchObject({ code: 'KE001' });
  });

  it('lets the service exchange nothing but wrappings between a retiring epoch and the current one', async () => {
    const service = await harness.connect('probity_vault', 'probity_vault');
    const exchange = (from: number, to: number): Promise<unknown> =>
      service.query('SELECT vault.rewrap_data_keys($1, $2, $3, $4, $5)', [
        ...[from, to, [keys[0]!.recordId], [1]],
        [Buffer.alloc(60)],
      ]);
    for (const [from, to] of [
      [1, 1],
      [1, 2],
      [2, 1],
    ] as const)
      // prettier-ignore
      await expect(exchange(from, to)).rejects.toMatchObject({ code: 'KE409' });
    await expect(service.query('SELECT vault.end_epoch(1, now(), true)')).rejects.toMatchObject({
      code: 'KE409',
    });
    expect(await allOpen(keys.slice(0, 1))).toBe(true);
  });

  it('stands still when a key does not open, keeps both keys, says so, and ends once it is put right', async () => {
    const bad = keys[7]!.recordId;
    const [{ wrapped }] = (
      await admin.query('SELECT wrapped FROM vault.data_key WHERE record_id = $1', [bad])
    ).rows as [{ wrapped: Buffer }];
    await admin.query('UPDATE vault.data_key SET wrapped = $2 WHERE record_id = $1', [bad, Buffer.alloc(60)]);
    expect(await rotate()).toBe(202);
    await waitFor(async () => (await epochsOf(fixture)).rotation?.state === 'stopped');
    const { rotation, epochs } = await epochsOf(fixture);
    expect(rotation).toMatchObject({ epoch: 1, rewrapped: COUNT + PEPPERS - 1, because: expect.stringContaining('1 keys do not open') }); // prettier-ignore
    expect(epochs.map(({ livingKeys }) => livingKeys)).toEqual([1, COUNT + PEPPERS - 1]);
    expect([existsSync(fileOf(1)), existsSync(fileOf(2))]).toEqual([true, true]);
    const { status, body } = await fixture.get('/health/ready');
    expect([status, body.held]).toEqual([503, true]);
    expect(body.probes).toContainEqual(
      expect.objectContaining({
        name: 'key epochs',
        ready: false,
        remedy: expect.stringContaining('probity vault rotate'),
      }),
    );
    expect(await allOpen(keys.filter(({ recordId }) => recordId !== bad))).toBe(true);
    await admin.query('UPDATE vault.data_key SET wrapped = $2 WHERE record_id = $1', [bad, wrapped]);
    expect(await rotate()).toBe(202);
    await rotatedTo(fixture, 2);
    expect(existsSync(fileOf(1))).toBe(false);
    expect(await allOpen(keys)).toBe(true);
    expect((await fixture.get('/health/ready')).status).toBe(200);
  });

  it('stands still when a key has gone without a trace', async () => {
    await killedAfter('counted');
    await admin.query('DELETE FROM vault.data_key WHERE record_id = $1', [keys[3]!.recordId]);
    await expect(rotateObserved(fixture, () => undefined)).rejects.toThrow(`had ${String(COUNT + PEPPERS)} keys, but ${String(COUNT + PEPPERS - 1)} were rewrapped and 0 erased`); // prettier-ignore
    expect(existsSync(fileOf(1))).toBe(true);
  });

  it('goes over what was erased meanwhile', async () => {
    const erased = keys[3]!.recordId;
    await killedAfter('counted');
    const erase = 'UPDATE vault.data_key SET wrapped = NULL, destroyed_at = now() WHERE record_id = $1';
    await admin.query(erase, [erased]);
    await rotateObserved(fixture, () => undefined);
    expect((await epochsOf(fixture)).epochs[1]!.livingKeys).toBe(COUNT + PEPPERS - 1);
    expect(await allOpen(keys.filter(({ recordId }) => recordId !== erased))).toBe(true);
  });

  it('stands still when a sample under the new key does not open', async () => {
    await killedAfter('batch rewrapped', 3);
    await admin.query('UPDATE vault.data_key SET wrapped = $1 WHERE epoch = 2', [Buffer.alloc(60)]);
    await expect(rotateObserved(fixture, () => undefined)).rejects.toThrow('one does not open');
    expect(existsSync(fileOf(1))).toBe(true);
  });

  it('is not begun at a start whose key is lost: no new key takes its place', async () => {
    await fixture.close();
    const key = readFileSync(fileOf(1));
    rmSync(fileOf(1));
    await expect(startVault(harness)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('no key of the current epoch'),
    });
    writeFileSync(fileOf(1), key, { mode: 0o600 });
    fixture = await startVault(harness);
    expect(await allOpen(keys)).toBe(true);
  });
});

/** Ends when it is so; the runner's own limit ends a wait that never does. */
async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
