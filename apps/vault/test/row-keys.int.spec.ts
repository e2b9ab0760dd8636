import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalBytes } from '@probity/events';
import { deriveSubkey, indexMac, seal, sealContextOf } from '@probity/sealing';
import type { FreshKey, RowKeyRecord } from '@probity/sealing';
import type { Harness } from '@probity/testing';
import { startVault, vaultHarness, type VaultFixture } from './vault-fixture.js';

const HACKNEY = 'E09000012';
const NEWHAM = 'E09000025';
const PERSON = {
  familyName: 'Zzcanary',
  givenName: 'Synthia',
  dateOfBirth: '2001-02-03',
  localRef: 'HK-CANARY-9',
};

describe('row keys of records that the ingest has lost', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  let keys: FreshKey[];

  beforeAll(async () => {
    process.env['BOROUGHS'] = HACKNEY;
    harness = await vaultHarness();
    fixture = await startVault(harness);
    keys = await fixture.client('borough-ingest').freshKeys({ borough: HACKNEY, family: 'matrix', count: 2 });
  }, 300_000);

  afterAll(async () => {
    delete process.env['BOROUGHS'];
    await fixture.close();
    await harness.close();
  });

  function record(key: FreshKey, over: Partial<RowKeyRecord> = {}): RowKeyRecord {
    const head = {
      source: `/boroughs/${HACKNEY}`,
      id: `01934b5e-7c00-7000-8000-${key.recordId.slice(-12)}`,
      subject: `records/${key.recordId}`,
      type: 'probity.matrix.entry-proposed.v1',
    };
    const plaintext = canonicalBytes(PERSON);
    const identity = seal(
      deriveSubkey(key.dek, 'identity'),
      'identity',
      sealContextOf(head, key, 1),
      plaintext,
    );
    return { ...head, recordId: key.recordId, borough: HACKNEY, identity, ...over };
  }

  it('are those under which the ingest knew the rows, and tell nothing else', async () => {
    const [key] = keys as [FreshKey];
    const client = fixture.client('borough-ingest');
    const found = await client.rowKeys([record(key)]);
    const indexKey = await client.indexKey(HACKNEY);
    expect(found).toEqual(new Map([[key.recordId, indexMac(indexKey, 'row', HACKNEY, PERSON.localRef)]]));
    const { text } = await fixture.post('borough-ingest', '/v1/row-keys', { records: [record(key)] });
    for (const canary of Object.values(PERSON)) expect(text + fixture.log()).not.toContain(canary);
  });

  it('are absent for a record without a key, and for one that was altered', async () => {
    const [known, other] = keys as [FreshKey, FreshKey];
    const unknown = { ...known, recordId: 'ffffffff-0000-4000-8000-000000000000' };
    const altered = record(other, { subject: `records/${known.recordId}` });
    const found = await fixture.client('borough-ingest').rowKeys([record(unknown), altered, record(known)]);
    expect([...found.keys()]).toEqual([known.recordId]);
  });

  it('[R-85] are refused for a borough that is not hosted, and to every other service', async () => {
    const [key] = keys as [FreshKey];
    const records = [record(key, { borough: NEWHAM })];
    expect(await fixture.post('borough-ingest', '/v1/row-keys', { records })).toMatchObject({
      status: 403,
      body: { code: 'ACC-002' },
    });
    expect(await fixture.post('projector-matrix', '/v1/row-keys', { records: [record(key)] })).toMatchObject({
      status: 403,
      body: { code: 'ACC-001' },
    });
  });
});
