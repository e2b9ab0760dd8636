import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeSoftToken, whyNoSoftToken, type SoftToken } from '@probity/testing';
import { describeKeyProvider } from '../../test/key-provider.contract.js';
import { openCryptoki } from './cryptoki.js';
import { Pkcs11KeyProvider } from './pkcs11-key-provider.js';

const missing = await whyNoSoftToken();

if (missing === null)
  describeKeyProvider('pkcs11', async () => {
    const token = await makeSoftToken();
    return {
      open: () => Pkcs11KeyProvider.open({ ...token, store: 'one' }),
      remove: async () => {
        token.remove();
      },
    };
  });
else it.skip(`the pkcs11 key provider, ${missing}`, () => undefined);

(missing === null ? describe : describe.skip)('[R-61] a token', () => {
  let token: SoftToken;
  let provider: Pkcs11KeyProvider | undefined;
  const aad = Buffer.from('aad');
  const opened = async (change: object = {}): Promise<Pkcs11KeyProvider> => {
    provider = await Pkcs11KeyProvider.open({ ...token, store: 'one', ...change });
    return provider;
  };

  beforeEach(async () => {
    token = await makeSoftToken();
  });
  afterEach(async () => {
    await provider?.close();
    provider = undefined;
    token.remove();
  });

  it('keeps the keys of two stores apart', async () => {
    const one = await opened();
    const two = await Pkcs11KeyProvider.open({ ...token, store: 'two' });
    await one.createEpoch(1);
    expect(await two.epochs()).toEqual([]);
    await two.createEpoch(1);
    await two.destroyEpoch(1);
    expect(await one.epochs()).toEqual([1]);
    await two.close();
  });

  it('never lets a key out, and takes no attribute of it back', async () => {
    await (await opened()).createEpoch(1);
    const { binding, module, release } = await openCryptoki(token.module);
    const slot = module.C_GetSlotList(true)[0]!;
    const session = module.C_OpenSession(slot, binding.CKF_SERIAL_SESSION | binding.CKF_RW_SESSION);
    module.C_FindObjectsInit(session, [{ type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY }]);
    const [key] = module.C_FindObjects(session, 10);
    module.C_FindObjectsFinal(session);
    expect(() => module.C_GetAttributeValue(session, key!, [{ type: binding.CKA_VALUE }])).toThrow(
      'CKR_ATTRIBUTE_SENSITIVE',
    );
    const flags = module.C_GetAttributeValue(session, key!, [
      { type: binding.CKA_SENSITIVE },
      { type: binding.CKA_EXTRACTABLE },
      { type: binding.CKA_NEVER_EXTRACTABLE },
      { type: binding.CKA_WRAP },
    ]);
    expect(flags.map(({ value }) => value[0])).toEqual([1, 0, 1, 0]);
    expect(() => module.C_SetAttributeValue(session, key!, [{ type: binding.CKA_EXTRACTABLE, value: true }])).toThrow(); // prettier-ignore
    release();
  });

  it('that lost every session is signed in to again, and opens what it wrapped before', async () => {
    const held = await opened();
    await held.createEpoch(1);
    const key = randomBytes(32);
    const wrapped = await held.wrap(1, key, aad);
    const { module, release } = await openCryptoki(token.module);
    for (let loss = 0; loss < 3; loss += 1) {
      module.C_CloseAllSessions(module.C_GetSlotList(true)[0]!);
      const some = await Promise.all(Array.from({ length: 12 }, () => held.unwrap(1, wrapped, aad)));
      expect(some.every((each) => each.equals(key))).toBe(true);
    }
    release();
  });

  it('of software assures no destruction', async () => {
    expect((await opened()).destructionAssured).toBe(false);
  });

  it('is refused with a remedy when module, token or PIN are not its own', async () => {
    const refused = (message: string): object => ({
      ...{ name: 'KeyProviderError', remedy: expect.any(String) },
      message: expect.stringContaining(message),
    });
    await expect(opened({ module: '/nowhere.so' })).rejects.toMatchObject(refused('cannot be loaded'));
    await expect(opened({ token: 'other' })).rejects.toMatchObject(refused('no token of this label'));
    writeFileSync(token.pinFile, '111111\n');
    await expect(opened()).rejects.toMatchObject(refused('lets nobody in'));
    chmodSync(token.pinFile, 0o640);
    await expect(opened()).rejects.toMatchObject(refused('others than the owner'));
    await expect(opened({ pinFile: '/nowhere' })).rejects.toMatchObject(refused('cannot be read'));
  });

  it('never has its PIN in an error', async () => {
    writeFileSync(token.pinFile, '775533\n');
    const error = await opened().catch((fault: unknown) => fault);
    expect(JSON.stringify([String(error), (error as Error).stack, error])).not.toContain('775533');
  });
});
