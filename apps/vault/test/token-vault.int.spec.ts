import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveSubkey } from '@probity/sealing';
import { makeSoftToken, whyNoSoftToken, type Harness, type SoftToken } from '@probity/testing';
import { PEPPERS, rotatedTo } from './rotation-fixture.js';
import { startVault, vaultHarness, type VaultFixture } from './vault-fixture.js';

const HACKNEY = 'E09000012';
const VARIABLES = ['PROBITY_KEY_PROVIDER', 'PKCS11_MODULE', 'PKCS11_TOKEN', 'PKCS11_PIN_FILE'];
const missing = await whyNoSoftToken();

(missing === null ? describe : describe.skip)(
  `[R-61] a vault whose keys are in a token ${missing ?? ''}`,
  () => {
    let harness: Harness;
    let token: SoftToken;
    let fixture: VaultFixture | undefined;
    const settings = (): Record<string, string> => ({
      ...{ PROBITY_KEY_PROVIDER: 'pkcs11', PKCS11_MODULE: token.module },
      ...{ PKCS11_TOKEN: token.token, PKCS11_PIN_FILE: token.pinFile },
    });

    beforeAll(async () => {
      [harness, token] = [await vaultHarness(), await makeSoftToken()];
    }, 300_000);

    afterAll(async () => {
      for (const name of VARIABLES) delete process.env[name];
      await fixture?.close();
      token.remove();
      await harness.close();
    });

    it('does not start when a setting is missing or wrong, and says which and what to do', async () => {
      for (const [name, value] of [
        ['PROBITY_KEY_PROVIDER', 'floppy'],
        ['PKCS11_MODULE', ''],
        ['PKCS11_TOKEN', ''],
        ['PKCS11_PIN_FILE', ''],
      ] as const) {
        Object.assign(process.env, settings(), { [name]: value });
        const refused = { name: 'ConfigError', message: expect.stringContaining(name) };
        await expect(startVault(harness)).rejects.toMatchObject(refused);
      }
      Object.assign(process.env, settings(), { PKCS11_TOKEN: 'another' });
      await expect(startVault(harness)).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('no token of this label'),
      });
    });

    it('gives out keys, rotates and destroys the old key in the token, and has nothing in files', async () => {
      Object.assign(process.env, settings());
      fixture = await startVault(harness);
      const order = { borough: HACKNEY, family: 'matrix', count: 300 } as const;
      const keys = await fixture.client('borough-ingest').freshKeys(order);
      expect((await fixture.post('operator', '/v1/epochs/rotate', {})).status).toBe(202);
      const { provider, epochs } = await rotatedTo(fixture, 2);
      expect([provider, epochs[0]!.destructionAssured, epochs[1]!.livingKeys]).toEqual([
        'pkcs11',
        false,
        300 + PEPPERS,
      ]);
      const leases = await fixture.client('projector-matrix').leaseCase(keys.map(({ recordId }) => recordId));
      for (const { recordId, dek } of keys)
        expect(leases.get(recordId)?.subkey).toEqual(deriveSubkey(dek, 'case'));
      expect(readdirSync(harness.config.paths.kek)).toEqual([]);
    });
  },
);
