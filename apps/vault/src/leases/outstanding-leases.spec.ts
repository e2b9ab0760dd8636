import { beforeEach, describe, expect, it } from '@jest/globals';
import { OutstandingLeases } from './outstanding-leases.js';

describe('[R-61] what the vault remembers of its leases', () => {
  let now: number;
  let leases: OutstandingLeases;

  beforeEach(() => {
    now = 0;
    leases = new OutstandingLeases(60_000, () => now, 3);
  });

  it('a record is out until each of its holders has confirmed', () => {
    leases.lend('projector-matrix/1', ['a', 'b']);
    leases.lend('borough-ingest/2', ['a']);
    leases.confirmDropped('projector-matrix/1', ['a']);
    expect([leases.isOut('a'), leases.isOut('b'), leases.isOut('c')]).toEqual([true, true, false]);
    leases.confirmDropped('borough-ingest/2', ['a']);
    expect(leases.isOut('a')).toBe(false);
  });

  it('or until its lease has ended, counted from when it was last lent', () => {
    leases.lend('x', ['a']);
    now = 30_000;
    leases.lend('x', ['a']);
    now = 89_999;
    expect(leases.isOut('a')).toBe(true);
    now = 90_000;
    expect(leases.isOut('a')).toBe(false);
  });

  it('nobody confirms for somebody else', () => {
    leases.lend('x', ['a']);
    leases.confirmDropped('y', ['a']);
    expect(leases.isOut('a')).toBe(true);
  });

  it('when there are more than it can remember, every record is out for the time of a lease', () => {
    leases.lend('x', ['a', 'b', 'c', 'd']);
    expect(leases.isOut('never lent')).toBe(true);
    now = 60_000;
    expect([leases.isOut('never lent'), leases.isOut('d')]).toEqual([false, false]);
  });
});
