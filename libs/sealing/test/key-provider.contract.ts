import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dekAad, pepperAad } from '../src/key-provider.js';
import type { KeyProvider } from '../src/key-provider.js';

/** A store of key-encryption keys that a test may start over and again. */
export interface ProviderFixture {
  /** Open the provider on the keys that are there; at first there are none. */
  open(): Promise<KeyProvider>;
  /** Remove everything. */
  remove(): Promise<void>;
}

const RECORD = '5f0c3c1e-2b7d-4c7e-9f3a-0000000000b1';

/** What every key provider owes, whatever keeps its keys. */
export function describeKeyProvider(name: string, create: () => Promise<ProviderFixture>): void {
  describe(`[R-61] the ${name} key provider`, () => {
    let fixture: ProviderFixture;
    let provider: KeyProvider;
    const key = randomBytes(32);
    const aad = dekAad(RECORD, 1, 1);

    beforeEach(async () => {
      fixture = await create();
      provider = await fixture.open();
      await provider.createEpoch(1);
    });
    afterEach(async () => {
      await provider.close();
      await fixture.remove();
    });

    it('opens what it wrapped', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      expect((await provider.unwrap(1, wrapped, aad)).equals(key)).toBe(true);
    });

    it('opens after a restart what it wrapped before', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await provider.close();
      provider = await fixture.open();
      expect((await provider.unwrap(1, wrapped, aad)).equals(key)).toBe(true);
    });

    it('shows nothing of the key in its wrapping, and wraps the same key differently each time', async () => {
      const [first, second] = [await provider.wrap(1, key, aad), await provider.wrap(1, key, aad)];
      expect(first.includes(key)).toBe(false);
      expect(first.equals(second)).toBe(false);
    });

    it('[R-63] refuses a wrapped key of which any bit was flipped, or a part is missing', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      for (let bit = 0; bit < wrapped.length * 8; bit += 1) {
        const altered = Buffer.from(wrapped);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expect(provider.unwrap(1, altered, aad)).rejects.toMatchObject({ name: 'KeyProviderError' });
      }
      for (const length of [0, 12, wrapped.length - 1]) {
        const cut = provider.unwrap(1, wrapped.subarray(0, length), aad);
        await expect(cut).rejects.toMatchObject({ name: 'KeyProviderError' });
      }
    });

    it('[R-63] refuses to open a key in the place of another record, version, epoch or purpose', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      const others = [
        dekAad('5f0c3c1e-2b7d-4c7e-9f3a-0000000000b2', 1, 1),
        dekAad(RECORD, 2, 1),
        dekAad(RECORD, 1, 2),
        pepperAad('row-index', 1),
      ];
      for (const other of others) {
        await expect(provider.unwrap(1, wrapped, other)).rejects.toMatchObject({ name: 'KeyProviderError' });
      }
    });

    it('has as many epochs as keys were made, and each opens with its own key alone', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await provider.createEpoch(2);
      expect(await provider.epochs()).toEqual([1, 2]);
      expect((await provider.unwrap(1, wrapped, aad)).equals(key)).toBe(true);
      await expect(provider.unwrap(2, wrapped, aad)).rejects.toMatchObject({ fault: 'not-authentic' });
    });

    it('makes the key of an epoch once: what is there stays', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await provider.createEpoch(1);
      expect(await provider.epochs()).toEqual([1]);
      expect((await provider.unwrap(1, wrapped, aad)).equals(key)).toBe(true);
    });

    it('[R-62] opens nothing of a destroyed epoch, now or after a restart, and destroys it once', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await provider.createEpoch(2);
      await provider.destroyEpoch(1);
      await provider.destroyEpoch(1);
      await expect(provider.unwrap(1, wrapped, aad)).rejects.toMatchObject({ fault: 'no-epoch' });
      await provider.close();
      provider = await fixture.open();
      expect(await provider.epochs()).toEqual([2]);
      await expect(provider.unwrap(1, wrapped, aad)).rejects.toMatchObject({ fault: 'no-epoch' });
    });

    it('[R-62] a destroyed epoch that is made again is another key', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await provider.destroyEpoch(1);
      await provider.createEpoch(1);
      await expect(provider.unwrap(1, wrapped, aad)).rejects.toMatchObject({ fault: 'not-authentic' });
    });

    it('[R-62] follows what another process makes and destroys', async () => {
      const other = await fixture.open();
      try {
        const wrapped = await provider.wrap(1, key, aad);
        expect((await other.unwrap(1, wrapped, aad)).equals(key)).toBe(true);
        await provider.createEpoch(2);
        const next = await other.wrap(2, key, aad);
        await provider.destroyEpoch(1);
        expect((await provider.unwrap(2, next, aad)).equals(key)).toBe(true);
        await waitFor(async () => (await faultOf(other.unwrap(1, wrapped, aad))) === 'no-epoch');
      } finally {
        await other.close();
      }
    });

    it('numbers epochs from 1 to 999999', async () => {
      for (const epoch of [0, -1, 1.5, 1_000_000, Number.NaN])
        await expect(provider.createEpoch(epoch)).rejects.toThrow(RangeError);
    });

    it('opens whatever many ask at once', async () => {
      const keys = Array.from({ length: 200 }, () => randomBytes(32));
      const wrapped = await Promise.all(keys.map((each) => provider.wrap(1, each, aad)));
      const opened = await Promise.all(wrapped.map((each) => provider.unwrap(1, each, aad)));
      expect(opened).toEqual(keys);
    });

    it('refuses an epoch that it has no key of', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await expect(provider.wrap(7, key, aad)).rejects.toMatchObject({ name: 'KeyProviderError' });
      await expect(provider.unwrap(7, wrapped, aad)).rejects.toMatchObject({ name: 'KeyProviderError' });
    });

    it('wraps keys of 32 bytes and nothing else', async () => {
      for (const length of [0, 16, 31, 33]) {
        await expect(provider.wrap(1, Buffer.alloc(length), aad)).rejects.toThrow(RangeError);
      }
    });

    it('refuses everything once it is closed', async () => {
      const wrapped = await provider.wrap(1, key, aad);
      await provider.close();
      const refused = { name: 'KeyProviderError', remedy: expect.any(String) };
      await expect(provider.epochs()).rejects.toMatchObject(refused);
      await expect(provider.createEpoch(2)).rejects.toMatchObject(refused);
      await expect(provider.destroyEpoch(1)).rejects.toMatchObject(refused);
      await expect(provider.wrap(1, key, aad)).rejects.toMatchObject(refused);
      await expect(provider.unwrap(1, wrapped, aad)).rejects.toMatchObject(refused);
    });
  });
}

async function faultOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => (error as { fault?: unknown }).fault,
  );
}

/** Ends when it is so; the runner's own limit ends a wait that never does. */
async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
