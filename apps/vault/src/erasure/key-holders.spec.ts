import { beforeEach, describe, expect, it } from '@jest/globals';
import { KeyHolders } from './key-holders.js';

const LEASE_MS = 60_000;

describe('[R-61] who may hold a fenced key', () => {
  let now: number;
  let isOut: boolean;
  let isAlone: boolean;
  let areAnswered: boolean;
  let holders: KeyHolders;

  beforeEach(() => {
    [now, isOut, isAlone, areAnswered] = [0, false, true, true];
    holders = new KeyHolders({
      leases: { isOut: () => isOut },
      requests: { haveEnded: async () => areAnswered },
      sole: { isAlone: async () => isAlone },
      leaseMs: LEASE_MS,
      now: () => now,
    });
  });

  const gone = (): Promise<boolean> => holders.areGone('a');

  it('somebody may, for the time of a lease after the vault has started', async () => {
    holders.fenced('a');
    now = LEASE_MS - 1;
    expect(await gone()).toBe(false);
    now = LEASE_MS;
    expect(await gone()).toBe(true);
  });

  it('nobody does as soon as the only vault knows that no lease is out', async () => {
    now = LEASE_MS;
    isOut = true;
    holders.fenced('a');
    expect(await gone()).toBe(false);
    isOut = false;
    expect(await gone()).toBe(true);
  });

  it('somebody may beside another vault, until the longest lease after the fence has ended', async () => {
    now = LEASE_MS;
    isAlone = false;
    holders.fenced('a');
    now += LEASE_MS - 1;
    expect(await gone()).toBe(false);
    now += 1;
    isOut = true;
    expect(await gone()).toBe(true);
  });

  it('the vault itself may, while a request is unanswered', async () => {
    holders.fenced('a');
    [now, areAnswered] = [10 * LEASE_MS, false];
    expect(await gone()).toBe(false);
  });

  it('the first fence counts, and a lifted one not at all', async () => {
    isAlone = false;
    holders.fenced('a');
    now = LEASE_MS;
    holders.fenced('a');
    expect(await gone()).toBe(true);
    holders.lifted('a');
    holders.fenced('a');
    expect(await gone()).toBe(false);
  });
});
