import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Harness } from '@probity/testing';
import { OutstandingLeases } from '../src/leases/outstanding-leases.js';
import { erasureHarness, RecordWriter, type RecordUnderTest } from './erasure-fixture.js';
import { startVault, type VaultFixture, type WireAnswer } from './vault-fixture.js';

const HOLDER = '5f0c3c1e-2b7d-4c7e-9f3a-0000000000b1';
const RESTRICTION = {
  skeleton: { restrictionId: '5f0c3c1e-2b7d-4c7e-9f3a-0000000000e1', reasonFamily: 'rights' },
};
const LIFT = { skeleton: { restrictionId: RESTRICTION.skeleton.restrictionId } };
const UNKNOWN = '00000000-0000-4000-8000-00000000dead';
/** Longest time that a test waits for what has to come. */
const SOON_MS = 15_000;

describe('[R-61] the vault’s part in an erasure', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  let writer: RecordWriter;
  let record: RecordUnderTest;

  beforeAll(async () => {
    process.env['VAULT_LEASE_SECONDS'] = '1';
    harness = await erasureHarness();
    fixture = await startVault(harness);
    writer = RecordWriter.connect(fixture);
  }, 300_000);

  afterAll(async () => {
    delete process.env['VAULT_LEASE_SECONDS'];
    await writer.close();
    await fixture.close();
    await harness.close();
  });

  const order = (path: string, recordId = record.id, of = fixture): Promise<WireAnswer> =>
    of.post('retention-worker', path, { recordId });
  const fence = (): Promise<WireAnswer> => order('/v1/fences');
  const cancel = (): Promise<WireAnswer> => order('/v1/fences/cancel');
  const destroy = (of?: VaultFixture): Promise<WireAnswer> => order('/v1/destroy-key', record.id, of);
  const codeOf = async (answer: Promise<WireAnswer>): Promise<unknown> =>
    (await answer).body['code'] ?? 'done';
  const lease = async (of = fixture): Promise<number> => {
    const body = { group: 'case', recordIds: [record.id], holder: HOLDER };
    const answer = await of.post('projector-matrix', '/v1/leases', body);
    return (answer.body['leases'] as unknown[]).length;
  };
  /** Asks until nobody holds the key any more. */
  const destroyed = async (of?: VaultFixture): Promise<WireAnswer> => {
    const until = performance.now() + SOON_MS;
    for (;;) {
      const answer = await destroy(of);
      if (answer.body['code'] !== 'ERA-006' || performance.now() > until) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  /** How often holders have asked the vaults of this process for fences. */
  const asked = async (of: VaultFixture): Promise<number> => {
    const lines = /^probity_http_request_seconds_count\{[^\n]*"GET"[^\n]*"\/v1\/fences"[^\n]*\} (\d+)$/m;
    return Number(lines.exec(await of.metrics())?.[1] ?? 0);
  };
  const end = async (...names: string[]): Promise<void> => {
    for (const name of names)
      await writer.append(record, name, name === 'entry-removed' ? { daysAgo: 40 } : {});
  };
  const fencedInLog = (): Promise<void> => end('entry-removed', 'erasure-requested', 'record-fenced');
  const owner = () => harness.connect('probity_owner', 'probity_vault');

  beforeEach(async () => {
    [record] = (await writer.enter(1)) as [RecordUnderTest];
  });

  describe('a fence', () => {
    it('stands only when the log says so', async () => {
      expect(await codeOf(fence())).toBe('ERA-001');
      await end('entry-removed', 'erasure-requested');
      expect(await codeOf(fence())).toBe('ERA-001');
      expect(await lease()).toBe(1);
      await end('record-fenced');
      expect((await fence()).body).toEqual({ recordId: record.id, fenced: true });
      expect(await codeOf(fence())).toBe('done');
    });

    it('ends leases and every opening inside the vault', async () => {
      await fencedInLog();
      expect(await lease()).toBe(1);
      await fence();
      expect(await lease()).toBe(0);
      const owners = await owner();
      const { rows } = await owners.query(
        'SELECT count(*)::int AS usable FROM vault.usable_key WHERE record_id = $1',
        [record.id],
      );
      expect(rows).toEqual([{ usable: 0 }]);
    });

    it('lets no key be made behind it', async () => {
      await fencedInLog();
      await fence();
      const service = await harness.connect('probity_vault', 'probity_vault');
      const another = service.query(
        `INSERT INTO vault.data_key SELECT $1, 2, $2, 'matrix', decode(repeat('00', 60), 'hex'), epoch, '2026-11-01T09:00:00Z', NULL
         FROM vault.key_epoch WHERE state = 'current'`,
        [record.id, 'E09000012'],
      );
      await expect(another).rejects.toMatchObject({ code: 'ER423' });
    });

    it('is told to those who may have leased, and to nobody else', async () => {
      const after = Number((await fixture.get('/v1/fences', 'projector-matrix')).body['last']);
      await fencedInLog();
      await fence();
      const toldTo = async (service: string): Promise<unknown> =>
        (await fixture.get(`/v1/fences?after=${String(after)}`, service)).body['recordIds'];
      expect(await toldTo('projector-matrix')).toEqual([record.id]);
      expect(await toldTo('borough-ingest')).toEqual([record.id]);
      expect(await toldTo('projector-safeguarding')).toEqual([]);
      expect((await fixture.get('/v1/fences', 'projector-matrix')).body['recordIds']).toEqual([]);
    });

    it('is lifted after a cancellation in the log, and only then', async () => {
      await fencedInLog();
      await fence();
      expect(await codeOf(cancel())).toBe('ERA-009');
      await end('erasure-cancelled');
      expect([await codeOf(fence()), await codeOf(destroy())]).toEqual(['ERA-005', 'ERA-005']);
      expect(await lease()).toBe(0);
      expect((await cancel()).body).toEqual({ recordId: record.id, fenced: false });
      expect([await codeOf(cancel()), await lease()]).toEqual(['done', 1]);
      await end('record-fenced');
      expect([await codeOf(fence()), await lease()]).toEqual(['done', 0]);
    });
  });

  describe('a destruction', () => {
    it('leaves nothing that opens, gives the same receipt again, and cannot be undone', async () => {
      await fencedInLog();
      await fence();
      const first = await destroyed();
      const receipt = { recordId: record.id, dekVersions: [1], destroyedAt: expect.stringMatching(/Z$/) };
      expect([first.status, first.body]).toEqual([200, receipt]);
      expect((await destroy()).body).toEqual(first.body);
      expect([await codeOf(cancel()), await lease()]).toEqual(['ERA-009', 0]);
      await end('subject-key-destroyed');
      expect([await codeOf(cancel()), await codeOf(fence())]).toEqual(['ERA-007', 'done']);
      const owners = await owner();
      const { rows } = await owners.query('SELECT wrapped FROM vault.data_key WHERE record_id = $1', [
        record.id,
      ]);
      expect(rows).toEqual([{ wrapped: null }]);
      expect((await destroy()).body).toEqual(first.body);
    });

    it('comes no earlier than the waiting time after the recorded removal, however long it was due', async () => {
      await writer.append(record, 'entry-removed', { daysAgo: 27, dueDaysAgo: 400 });
      await end('erasure-requested', 'record-fenced');
      expect(await codeOf(destroy())).toBe('ERA-003');
    });

    it('comes earlier for a child, whose age is read inside the vault', async () => {
      await writer.append(record, 'entry-removed', { daysAgo: 15, ageClass: 'AGE_13_TO_17' });
      await end('erasure-requested', 'record-fenced');
      expect((await destroyed()).status).toBe(200);
    });

    it('[R-67] waits for restrictions, and goes on when they are lifted', async () => {
      await writer.append(record, 'processing-restricted', RESTRICTION);
      await fencedInLog();
      const refusal = await destroy();
      expect([refusal.status, refusal.body['code']]).toEqual([409, 'ERA-004']);
      [record] = (await writer.enter(1)) as [RecordUnderTest];
      await writer.append(record, 'processing-restricted', RESTRICTION);
      await writer.append(record, 'restriction-lifted', LIFT);
      await fencedInLog();
      expect((await destroyed()).status).toBe(200);
    });

    it('does not come for a record that is on its list, is unknown, or is not fenced', async () => {
      await end('erasure-requested');
      expect(await codeOf(destroy())).toBe('ERA-001');
      await end('record-fenced');
      expect(await codeOf(destroy())).toBe('ERA-008');
      expect(await codeOf(order('/v1/destroy-key', UNKNOWN))).toBe('ERA-001');
    });

    it('of a key that this vault has not is refused', async () => {
      await fencedInLog();
      const owners = await owner();
      await owners.query('DELETE FROM vault.data_key WHERE record_id = $1', [record.id]);
      const [fencing, destroying] = [await fence(), await destroy()];
      expect([fencing.status, fencing.body['code'], destroying.body['code']]).toEqual([
        404,
        'ERA-010',
        'ERA-010',
      ]);
    });

    it('works for victims and people at risk alike', async () => {
      [record] = (await writer.enter(1, 'safeguarding')) as [RecordUnderTest];
      await fencedInLog();
      expect((await destroyed()).status).toBe(200);
    });
  });

  describe('a history that is not proved', () => {
    const tampering: readonly (readonly [what: string, how: (stream: string) => [string, unknown[]]])[] = [
      [
        'lacks an event',
        (stream) => ['DELETE FROM events.event WHERE stream = $1 AND version = 2', [stream]],
      ],
      [
        'has an altered skeleton',
        (stream) => [
          `UPDATE events.event SET skeleton = '{"borough":"E09000013"}' WHERE stream = $1 AND version = 2`,
          [stream],
        ],
      ],
      [
        'has an altered header',
        (stream) => [
          `UPDATE events.event SET header = convert_to(replace(convert_from(header, 'UTF8'), '"2026-', '"2020-'), 'UTF8') WHERE stream = $1 AND version = 2`,
          [stream],
        ],
      ],
    ];

    it.each(tampering)('[R-63] destroys nothing when it %s', async (_, how) => {
      await fencedInLog();
      const admin = await harness.connectAdmin('probity_events');
      await admin.query('ALTER TABLE events.event DISABLE TRIGGER insert_only');
      await admin.query(...how(`records/${record.id}`));
      await admin.query('ALTER TABLE events.event ENABLE ALWAYS TRIGGER insert_only');
      expect([await codeOf(fence()), await codeOf(destroy()), await codeOf(cancel())]).toEqual(
        Array(3).fill('ERA-002'),
      );
    });

    it('[R-63] destroys nothing on the word of a borough, although the key may write the topic', async () => {
      await end('entry-removed', 'erasure-requested');
      await writer.append(record, 'record-fenced', { signedBy: 'E09000012' });
      expect([await codeOf(fence()), await codeOf(destroy())]).toEqual(['ERA-002', 'ERA-002']);
    });
  });

  describe('who may still hold the key', () => {
    /** A vault that lends for as long as it may, and is waited for by confirmations alone. */
    let slow: VaultFixture;
    const started: VaultFixture[] = [];
    const start = async (seconds: string): Promise<VaultFixture> => {
      process.env['VAULT_LEASE_SECONDS'] = seconds;
      const vault = await startVault(harness);
      process.env['VAULT_LEASE_SECONDS'] = '1';
      started.push(vault);
      return vault;
    };
    afterEach(async () => {
      for (const vault of started.splice(0)) await vault.close();
    });

    it('drops the key when it is fenced and confirms it, long before its lease has ended', async () => {
      slow = await start('60');
      await fencedInLog();
      const client = slow.client('projector-matrix');
      const subkey = (await client.leaseCase([record.id])).get(record.id)?.subkey;
      const outstanding = slow.vault.app.get(OutstandingLeases);
      expect(outstanding.isOut(record.id)).toBe(true);
      // The first look after a lease only finds out where to begin. The vaults of a process count together.
      const first = await asked(slow);
      await until(async () => (await asked(slow)) > first);
      await order('/v1/fences', record.id, slow);
      const before = await asked(slow);
      await until(async () => (await asked(slow)) >= before + 2);
      expect(outstanding.isOut(record.id)).toBe(true);
      subkey?.fill(0);
      await until(() => !outstanding.isOut(record.id));
      expect((await client.leaseCase([record.id])).size).toBe(0);
    });

    it('is waited for after a start, for the time of a lease', async () => {
      slow = await start('60');
      await fencedInLog();
      expect(await codeOf(destroy(slow))).toBe('ERA-006');
      expect(await codeOf(destroy(slow))).toBe('ERA-006');
    });

    it('is waited for beside another vault, whose leases this one does not know', async () => {
      const beside = await start('2');
      await fencedInLog();
      await lease();
      await order('/v1/fences', record.id, beside);
      expect((await destroyed(beside)).status).toBe(200);
    });
  });

  it('is asked for by the retention worker alone', async () => {
    for (const caller of [
      'borough-ingest',
      'governance',
      'projector-matrix',
      'central-1',
      'dpo',
      'operator',
    ]) {
      for (const path of ['/v1/fences', '/v1/fences/cancel', '/v1/destroy-key']) {
        const answer = await fixture.post(caller, path, { recordId: record.id });
        expect([caller, path, answer.status]).toEqual([caller, path, 403]);
      }
    }
  });

  it('is no way for the service’s own role to destroy or lift without a fence, or to edit keys', async () => {
    const service = await harness.connect('probity_vault', 'probity_vault');
    const bare = service.query('SELECT vault.destroy_key($1, now())', [record.id]);
    await expect(bare).rejects.toMatchObject({ code: 'ER423' });
    for (const statement of [
      'UPDATE vault.data_key SET wrapped = NULL, destroyed_at = now()',
      'DELETE FROM vault.fence',
      'UPDATE vault.fence SET lifted_at = now()',
    ])
      await expect(service.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
