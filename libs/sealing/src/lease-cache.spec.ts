import { describe, expect, it } from '@jest/globals';
import { LeaseBatcher } from './lease-batcher.js';
import { LeaseCache } from './lease-cache.js';

const lease = (fill: number): { dekVersion: number; subkey: Buffer } => ({
  dekVersion: 1,
  subkey: Buffer.alloc(32, fill),
});

describe('[R-61] the lease cache', () => {
  it('forgets a lease at its end', () => {
    let now = 0;
    const cache = new LeaseCache(10, () => now);
    cache.put('a', lease(1), 60_000);
    now = 59_999;
    expect(cache.get('a')?.subkey).toEqual(Buffer.alloc(32, 1));
    now = 60_000;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it('sweeps what has ended although nobody asks', () => {
    let now = 0;
    const cache = new LeaseCache(10, () => now);
    cache.put('a', lease(1), 10);
    cache.put('b', lease(2), 20);
    now = 15;
    cache.sweep();
    expect(cache.size).toBe(1);
    expect(cache.get('b')?.subkey).toEqual(Buffer.alloc(32, 2));
  });

  it('is bounded: the lease used longest ago goes first', () => {
    const cache = new LeaseCache(2, () => 0);
    cache.put('a', lease(1), 1);
    cache.put('b', lease(2), 1);
    cache.get('a');
    cache.put('c', lease(3), 1);
    expect([cache.get('a'), cache.get('b'), cache.get('c')].map((held) => held?.subkey[0])).toEqual([
      1,
      undefined,
      3,
    ]);
  });

  it('zeroises what it evicts, replaces, sweeps or clears, and leaves what it handed out alone', () => {
    let now = 0;
    const cache = new LeaseCache(1, () => now);
    const held = (recordId: string): Buffer => {
      const inside = Reflect.get(cache, 'held') as Map<string, { subkey: Buffer }>;
      return inside.get(recordId)?.subkey ?? Buffer.of();
    };
    const zeros = Buffer.alloc(32);
    cache.put('a', lease(1), 100);
    const handedOut = cache.get('a')?.subkey;
    const kept: Buffer[] = [held('a')];
    cache.put('b', lease(2), 100);
    kept.push(held('b'));
    cache.put('b', lease(3), 100);
    kept.push(held('b'));
    now = 100;
    cache.sweep();
    cache.put('c', lease(4), 200);
    kept.push(held('c'));
    cache.clear();
    expect(kept).toEqual([zeros, zeros, zeros, zeros]);
    expect(handedOut).toEqual(Buffer.alloc(32, 1));
  });
});

describe('the lease batcher', () => {
  const answerAll = (asked: string[][]) => async (body: { recordIds: string[] }) => {
    asked.push([...body.recordIds]);
    return {
      leases: body.recordIds
        .filter((recordId) => !recordId.startsWith('gone'))
        .map((recordId) => ({
          recordId,
          dekVersion: 1,
          subkey: Buffer.alloc(32, recordId).toString('base64url'),
        })),
      expiresInSeconds: 60,
    };
  };

  it('asks once for what concurrent callers want, and gives each its own copy', async () => {
    const asked: string[][] = [];
    const batcher = new LeaseBatcher(answerAll(asked), new LeaseCache(100, () => 0), () => 0);
    const [one, two, three] = await Promise.all([
      batcher.lease(['a', 'b', 'a']),
      batcher.lease(['b', 'c']),
      batcher.lease(['gone', 'a']),
    ]);
    expect(asked).toEqual([['a', 'b', 'c', 'gone']]);
    expect([...one.keys()].sort()).toEqual(['a', 'b']);
    expect([...two.keys()].sort()).toEqual(['b', 'c']);
    expect([...three.keys()]).toEqual(['a']);
    one.get('a')?.subkey.fill(0);
    expect(three.get('a')?.subkey).toEqual(Buffer.alloc(32, 'a'));
  });

  it('asks in requests of at most 1000 records', async () => {
    const asked: string[][] = [];
    const batcher = new LeaseBatcher(answerAll(asked), new LeaseCache(5000, () => 0), () => 0);
    const leases = await batcher.lease(Array.from({ length: 2500 }, (_, index) => `r${String(index)}`));
    expect(leases.size).toBe(2500);
    expect(asked.map((ids) => ids.length)).toEqual([1000, 1000, 500]);
  });

  it('answers from the cache until a lease ends, counted from before the question', async () => {
    let now = 0;
    const asked: string[][] = [];
    const answer = answerAll(asked);
    const slow = async (body: { recordIds: string[] }): Promise<unknown> => {
      now += 1000;
      return answer(body);
    };
    const batcher = new LeaseBatcher(slow, new LeaseCache(10, () => now), () => now);
    await batcher.lease(['a']);
    now = 59_999;
    await batcher.lease(['a']);
    expect(asked).toHaveLength(1);
    now = 60_000;
    await batcher.lease(['a']);
    expect(asked).toHaveLength(2);
  });

  it('never keeps a lease longer than 60 seconds, whatever it is told', async () => {
    let now = 0;
    const asked: string[][] = [];
    const answer = answerAll(asked);
    const generous = async (body: { recordIds: string[] }): Promise<unknown> => ({
      ...(await answer(body)),
      expiresInSeconds: 3600,
    });
    const batcher = new LeaseBatcher(generous, new LeaseCache(10, () => now), () => now);
    await batcher.lease(['a']);
    now = 60_000;
    await batcher.lease(['a']);
    expect(asked).toHaveLength(2);
  });

  it('[R-61] asks again for a record that was absent: it may have been refused for a moment only', async () => {
    const asked: string[][] = [];
    const batcher = new LeaseBatcher(answerAll(asked), new LeaseCache(10, () => 0), () => 0);
    expect((await batcher.lease(['gone'])).size).toBe(0);
    expect((await batcher.lease(['gone'])).size).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('fails every caller of a failed request, and asks anew afterwards', async () => {
    const asked: string[][] = [];
    const answer = answerAll(asked);
    let isDown = true;
    const flaky = async (body: { recordIds: string[] }): Promise<unknown> => {
      if (isDown) throw new Error('down');
      return answer(body);
    };
    const batcher = new LeaseBatcher(flaky, new LeaseCache(10, () => 0), () => 0);
    const outcomes = await Promise.allSettled([batcher.lease(['a']), batcher.lease(['a', 'b'])]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    expect((await batcher.lease(['a'])).size).toBe(1);
  });

  it('asks for nothing when nothing is wanted', async () => {
    const asked: string[][] = [];
    const batcher = new LeaseBatcher(answerAll(asked), new LeaseCache(10, () => 0), () => 0);
    expect((await batcher.lease([])).size).toBe(0);
    expect(asked).toEqual([]);
  });
});
