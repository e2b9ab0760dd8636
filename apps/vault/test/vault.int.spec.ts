import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveSubkey, FileKeyProvider, type FreshKey, type KeyFamily } from '@probity/sealing';
import type { Harness } from '@probity/testing';
import { runVaultMigrations } from '../src/database/run-migrations.js';
import { startVault, vaultHarness, type VaultFixture } from './vault-fixture.js';

const HACKNEY = 'E09000012';
const NEWHAM = 'E09000025';
const UNKNOWN = '00000000-0000-4000-8000-00000000dead';
const PEOPLE = [`officer-${HACKNEY}`, `supervisor-${HACKNEY}`, 'central-1', 'operator'];

describe('the vault', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  const keys = new Map<string, FreshKey>();
  const key = (family: KeyFamily, borough: string): FreshKey => keys.get(`${family} ${borough}`)!;

  beforeAll(async () => {
    process.env['BOROUGHS'] = HACKNEY;
    harness = await vaultHarness();
    rmSync(harness.config.paths.kek, { recursive: true, force: true });
    fixture = await startVault(harness);
    const governance = fixture.client('governance');
    for (const family of ['matrix', 'safeguarding', 'group', 'import'] as const) {
      for (const borough of [HACKNEY, NEWHAM]) {
        const [fresh] = await governance.freshKeys({ borough, family, count: 1 });
        keys.set(`${family} ${borough}`, fresh!);
      }
    }
  }, 300_000);

  afterAll(async () => {
    delete process.env['BOROUGHS'];
    await fixture.close();
    await harness.close();
  });

  describe('[R-61] keys for new records', () => {
    it('come under random ids, all different, and are in the database when they are answered', async () => {
      const fresh = await fixture
        .client('borough-ingest')
        .freshKeys({ borough: HACKNEY, family: 'matrix', count: 5000 });
      const ids = fresh.map(({ recordId }) => recordId);
      expect(new Set(ids).size).toBe(5000);
      expect(new Set(fresh.map(({ dek }) => dek.toString('hex'))).size).toBe(5000);
      for (const id of ids)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const owner = await harness.connect('probity_vault', 'probity_vault');
      const stored = await owner.query(
        `SELECT count(*)::int AS count, min(dek_version) AS version, min(epoch) AS epoch, min(family) AS family
         FROM vault.data_key WHERE record_id = ANY ($1::uuid[]) AND borough = $2`,
        [ids, HACKNEY],
      );
      expect(stored.rows).toEqual([{ count: 5000, version: 1, epoch: 1, family: 'matrix' }]);
    });

    it('are bounded and of a known family', async () => {
      const order = { borough: HACKNEY, family: 'matrix', count: 1 };
      for (const wrong of [
        { count: 0 },
        { count: 5001 },
        { family: 'identity' },
        { borough: 'Hackney' },
        { extra: 1 },
      ]) {
        expect((await fixture.post('borough-ingest', '/v1/keys/fresh', { ...order, ...wrong })).status).toBe(
          400,
        );
      }
    });

    it('[R-85] are refused to ingest for a borough that it does not host', async () => {
      const answer = await fixture.post('borough-ingest', '/v1/keys/fresh', {
        borough: NEWHAM,
        family: 'matrix',
        count: 1,
      });
      expect([answer.status, answer.body.code]).toEqual([403, 'ACC-002']);
    });
  });

  describe('[R-07] leases', () => {
    const leased = async (service: string): Promise<string[]> => {
      const ids = [...keys.values()].map(({ recordId }) => recordId);
      const leases = await fixture.client(service).leaseCase([...ids, UNKNOWN]);
      return [...keys]
        .filter(([, fresh]) => leases.has(fresh.recordId))
        .map(([name]) => name)
        .sort();
    };

    it('[R-02] give the matrix projector matrix and group records of every borough and no victim', async () => {
      expect(await leased('projector-matrix')).toEqual([
        `group ${HACKNEY}`,
        `group ${NEWHAM}`,
        `matrix ${HACKNEY}`,
        `matrix ${NEWHAM}`,
      ]);
    });

    it('[R-02] give the safeguarding projector victims and people at risk and nobody else', async () => {
      expect(await leased('projector-safeguarding')).toEqual([
        `safeguarding ${HACKNEY}`,
        `safeguarding ${NEWHAM}`,
      ]);
    });

    it('[R-85] give ingest every family of the borough that it hosts and nothing of another', async () => {
      expect(await leased('borough-ingest')).toEqual(
        ['group', 'import', 'matrix', 'safeguarding'].map((family) => `${family} ${HACKNEY}`),
      );
    });

    it('are the case subkey of the record’s key, for at most 60 seconds', async () => {
      const { recordId, dek } = key('matrix', HACKNEY);
      const lease = (await fixture.client('projector-matrix').leaseCase([recordId])).get(recordId);
      expect(lease).toEqual({ dekVersion: 1, subkey: deriveSubkey(dek, 'case') });
      const answer = await fixture.post('projector-matrix', '/v1/leases', {
        group: 'case',
        recordIds: [recordId],
      });
      expect(answer.body.expiresInSeconds).toBeLessThanOrEqual(60);
    });

    it('leave unknown and foreign records out without a word, and count them', async () => {
      const count = async (reason: string): Promise<number> => {
        const line = new RegExp(
          `^probity_vault_leases_refused_total\\{.*reason="${reason}".*\\} (\\d+)$`,
          'm',
        );
        return Number(line.exec(await fixture.metrics())?.[1] ?? 0);
      };
      const before = [await count('absent'), await count('foreign')];
      const recordIds = [UNKNOWN, key('safeguarding', HACKNEY).recordId, key('matrix', HACKNEY).recordId];
      const answer = await fixture.post('projector-matrix', '/v1/leases', { group: 'case', recordIds });
      expect(answer.body.leases).toHaveLength(1);
      expect(answer.text).not.toContain(key('safeguarding', HACKNEY).recordId);
      const grown = [await count('absent'), await count('foreign')].map((now, index) => now - before[index]!);
      expect(grown).toEqual([1, 1]);
    });

    it('[R-61] end with the key: a destroyed key is absent', async () => {
      const [doomed] = await fixture
        .client('borough-ingest')
        .freshKeys({ borough: HACKNEY, family: 'matrix', count: 1 });
      const owner = await harness.connect('probity_owner', 'probity_vault');
      await owner.query(
        `UPDATE vault.data_key SET wrapped = NULL, destroyed_at = '2026-11-01T10:00:00Z' WHERE record_id = $1`,
        [doomed!.recordId],
      );
      expect((await fixture.client('borough-ingest').leaseCase([doomed!.recordId])).size).toBe(0);
    });

    it('[R-61] never are of identity or equality, for any service', async () => {
      for (const service of ['borough-ingest', 'projector-matrix', 'projector-safeguarding']) {
        for (const group of ['identity', 'equality']) {
          const body = { group, recordIds: [key('matrix', HACKNEY).recordId] };
          const answer = await fixture.post(service, '/v1/leases', body);
          expect(answer.status).toBe(403);
          expect(answer.body).toMatchObject({
            code: 'ACC-006',
            title: 'Identity is opened only inside the vault',
          });
        }
      }
    });

    it('are bounded', async () => {
      const recordIds = Array.from({ length: 1001 }, () => UNKNOWN);
      expect(
        (await fixture.post('projector-matrix', '/v1/leases', { group: 'case', recordIds })).status,
      ).toBe(400);
    });
  });

  describe('[R-85] people and strangers', () => {
    const calls = (): [string, unknown][] => [
      ['/v1/keys/fresh', { borough: HACKNEY, family: 'matrix', count: 1 }],
      ['/v1/leases', { group: 'case', recordIds: [key('matrix', HACKNEY).recordId] }],
      ['/v1/index-keys', { borough: HACKNEY }],
      ['/v1/digest/records', { records: [] }],
    ];

    it('get no key, lease or digest, whatever their role', async () => {
      for (const person of PEOPLE) {
        for (const [path, body] of calls()) {
          const answer = await fixture.post(person, path, body);
          expect([person, path, answer.status, answer.body.code]).toEqual([person, path, 403, 'ACC-001']);
        }
      }
    });

    it('[R-52] are not heard without a certificate, but for health', async () => {
      for (const [path, body] of calls()) expect((await fixture.post(null, path, body)).status).toBe(401);
      expect((await fixture.get('/health/live')).status).toBe(200);
    });

    it('of the services, each is let to its own addresses alone', async () => {
      const lets = async (service: string): Promise<boolean[]> =>
        Promise.all(
          calls().map(
            async ([path, body]) => (await fixture.post(service, path, body)).body.code !== 'ACC-001',
          ),
        );
      expect(await lets('borough-ingest')).toEqual([true, true, true, true]);
      expect(await lets('governance')).toEqual([true, false, false, false]);
      expect(await lets('projector-matrix')).toEqual([false, true, false, false]);
      expect(await lets('projector-safeguarding')).toEqual([false, true, false, false]);
    });
  });

  describe('row keys', () => {
    it('are one for each borough, the same at every call, for ingest of that borough alone', async () => {
      const ingest = fixture.client('borough-ingest');
      const [first, second] = [await ingest.indexKey(HACKNEY), await ingest.indexKey(HACKNEY)];
      expect(first).toHaveLength(32);
      expect(second.equals(first)).toBe(true);
      await expect(ingest.indexKey(NEWHAM)).rejects.toMatchObject({ name: 'VaultRefused', code: 'ACC-002' });
    });
  });

  describe('[R-61] what rests and what is logged', () => {
    it('a dump of the whole database holds no key, subkey or pepper in clear', async () => {
      const admin = await harness.connectAdmin('probity_vault');
      const tables = await admin.query(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT LIKE 'pg_%'`,
      );
      let dump = '';
      for (const { name } of tables.rows) {
        const rows = await admin.query(`SELECT t::text AS row FROM ${String(name)} AS t`);
        dump += rows.rows.map(({ row }) => String(row)).join('\n');
      }
      expect(dump).toContain(key('matrix', HACKNEY).recordId);
      const secrets = [...keys.values()].flatMap(({ dek }) => [dek, deriveSubkey(dek, 'case')]);
      secrets.push(await fixture.client('borough-ingest').indexKey(HACKNEY));
      for (const file of readdirSync(harness.config.paths.kek)) {
        secrets.push(readFileSync(join(harness.config.paths.kek, file)));
      }
      for (const secret of secrets) expectNowhere(secret, dump);
    });

    it('the log holds no key, subkey or record id', () => {
      for (const { recordId, dek } of keys.values()) {
        expect(fixture.log()).not.toContain(recordId);
        for (const secret of [dek, deriveSubkey(dek, 'case')]) expectNowhere(secret, fixture.log());
      }
    });

    it('the service’s own role can neither change nor delete a key, nor alter the tables', async () => {
      const service = await harness.connect('probity_vault', 'probity_vault');
      const statements = [
        `UPDATE vault.data_key SET wrapped = wrapped`,
        'DELETE FROM vault.data_key',
        'TRUNCATE vault.data_key',
        `UPDATE vault.index_pepper SET epoch = 2`,
        'DELETE FROM vault.index_pepper',
        `INSERT INTO vault.key_epoch (epoch, state) VALUES (2, 'planned')`,
        `UPDATE vault.key_epoch SET state = 'destroyed'`,
        'DELETE FROM vault.key_epoch',
        'ALTER TABLE vault.data_key ADD COLUMN x int',
        'DROP TABLE vault.index_pepper',
        'CREATE TABLE vault.copy AS SELECT * FROM vault.data_key',
      ];
      for (const statement of statements)
        await expect(service.query(statement)).rejects.toMatchObject({ code: '42501' });
    });

    it('no other service’s role reaches the vault’s database', async () => {
      for (const role of ['probity_ingest', 'probity_governance', 'probity_matrix', 'probity_safeguarding']) {
        await expect(harness.connect(role, 'probity_vault')).rejects.toMatchObject({ code: '42501' });
      }
    });
  });

  describe('readiness', () => {
    it('names the database and the key provider', async () => {
      const { status, body } = await fixture.get('/health/ready');
      expect(status).toBe(200);
      expect(body.probes).toEqual(
        expect.arrayContaining([
          { name: 'postgres', ready: true, detail: 'keys at hand' },
          { name: 'key provider', ready: true, detail: 'file' },
          { name: 'key epochs', ready: true, detail: 'epoch 1' },
        ]),
      );
    });

    it('goes when the key provider has lost its keys', async () => {
      const other = await startVault(harness);
      const { KEY_PROVIDER } = await import('../src/keys/key-provider.js');
      await other.vault.app.get<FileKeyProvider>(KEY_PROVIDER).close();
      const { status, body } = await other.get('/health/ready');
      expect(status).toBe(503);
      expect(body.probes).toContainEqual(expect.objectContaining({ name: 'key provider', ready: false }));
      await other.close();
    });
  });

  describe('[R-61] a restart', () => {
    it('keeps leases and row keys: the same keys open', async () => {
      const other = await startVault(harness);
      const { recordId, dek } = key('group', NEWHAM);
      const leases = await other.client('projector-matrix').leaseCase([recordId]);
      expect(leases.get(recordId)?.subkey).toEqual(deriveSubkey(dek, 'case'));
      const rowKeys = await Promise.all(
        [fixture, other].map((each) => each.client('borough-ingest').indexKey(HACKNEY)),
      );
      expect(rowKeys[0]).toEqual(rowKeys[1]);
      await other.close();
    });

    it('is refused with a remedy when the key directory is lost: no new key takes its place', async () => {
      const kek = join(harness.home.root, 'lost');
      const config = { paths: { ...harness.config.paths, kek } };
      await expect(startVault(harness, config)).rejects.toMatchObject({ name: 'ConfigError' });
      expect(await (await FileKeyProvider.open({ directory: kek })).epochs()).toEqual([]);
    });

    it('is refused when the key directory belongs to another store', async () => {
      const kek = join(harness.home.root, 'other');
      const other = await FileKeyProvider.open({ directory: kek });
      await other.createEpoch(1);
      await other.close();
      const config = { paths: { ...harness.config.paths, kek } };
      await expect(startVault(harness, config)).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('not authentic'),
      });
    });

    it('finds its migrations applied', async () => {
      expect(await runVaultMigrations(harness.env)).toBe(0);
    });
  });
});

/** The bytes in no usual spelling. */
function expectNowhere(secret: Buffer, text: string): void {
  for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
    expect(text.includes(secret.toString(encoding))).toBe(false);
  }
}
