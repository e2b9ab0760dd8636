import { beforeEach, describe, expect, it } from '@jest/globals';
import { FenceWatch } from './fence-watch.js';
import { HandedOut } from './handed-out.js';
import { LeaseBatcher } from './lease-batcher.js';
import { LeaseCache } from './lease-cache.js';

describe('[R-61] whoever holds leases, when a record is fenced', () => {
  let now: number;
  let fenced: string[];
  let confirmed: string[];
  let asked: (string | number | null)[];
  let release: (() => void) | null;
  let cache: LeaseCache;
  let batcher: LeaseBatcher;
  let watch: FenceWatch;

  beforeEach(() => {
    [now, fenced, confirmed, asked, release] = [0, [], [], [], null];
    const handedOut = new HandedOut(() => now);
    cache = new LeaseCache(100, () => now, handedOut);
    const ask = async ({ recordIds }: { recordIds: string[] }): Promise<unknown> => {
      const leases = recordIds.map((recordId) => ({
        recordId,
        dekVersion: 1,
        subkey: Buffer.alloc(32, 7).toString('base64url'),
      }));
      if (recordIds.includes('slow')) await new Promise<void>((resolve) => (release = resolve));
      return { leases, expiresInSeconds: 60 };
    };
    batcher = new LeaseBatcher(
      ask,
      cache,
      () => now,
      (recordId) => watch.bars(recordId),
    );
    const news = {
      after: async (sequence: number | null) => {
        asked.push(sequence);
        const recordIds = sequence === null ? [] : fenced.slice(sequence);
        return { recordIds, last: fenced.length };
      },
      confirmDropped: async (recordIds: readonly string[]) => confirmed.push(...recordIds),
    };
    watch = new FenceWatch(news, { cache, handedOut, isAsking: (recordId) => batcher.isAsking(recordId) });
  });

  const lease = async (recordId: string): Promise<Buffer> =>
    (await batcher.lease([recordId])).get(recordId)?.subkey ?? Buffer.of();

  it('asks nothing while nothing is held', async () => {
    await watch.look();
    expect(asked).toEqual([]);
  });

  it('drops the key, and confirms when the copies are zeroised', async () => {
    const [copy, other] = [await lease('a'), await lease('a')];
    await lease('b');
    await watch.look();
    fenced.push('a');
    await watch.look();
    expect([cache.size, confirmed]).toEqual([1, []]);
    copy.fill(0);
    await watch.look();
    expect(confirmed).toEqual([]);
    other.fill(0);
    await watch.look();
    expect([confirmed, asked]).toEqual([['a'], [null, 0, 1, 1]]);
  });

  it('keeps nothing that was lent before the fence and arrives behind it, and confirms only then', async () => {
    (await lease('a')).fill(0);
    await watch.look();
    const late = batcher.lease(['slow']);
    while (release === null) await new Promise((resolve) => setImmediate(resolve));
    fenced.push('slow');
    await watch.look();
    expect(confirmed).toEqual([]);
    release();
    expect((await late).size).toBe(0);
    await watch.look();
    expect([confirmed, cache.get('slow')]).toEqual([['slow'], undefined]);
  });

  it('may lease again after a fence was lifted', async () => {
    (await lease('a')).fill(0);
    await watch.look();
    fenced.push('a');
    await watch.look();
    expect(confirmed).toEqual(['a']);
    expect(await lease('a')).toHaveLength(32);
  });

  it('counts a copy that nobody zeroised until its lease has ended', async () => {
    await lease('a');
    await watch.look();
    fenced.push('a');
    await watch.look();
    now = 60_000;
    await watch.look();
    expect(confirmed).toEqual(['a']);
  });
});
