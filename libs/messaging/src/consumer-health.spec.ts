import { describe, expect, it } from '@jest/globals';
import { ConsumerMonitor, RETRIES_BEFORE_UNREADY } from './consumer-health.js';

const AT = { topic: 'matrix.E09000012', partition: 0 };

function monitorAt(start = 0): { monitor: ConsumerMonitor; pass: (ms: number) => void } {
  let now = start;
  const monitor = new ConsumerMonitor(() => now, { batchMs: 1_000, fetchMs: 500 });
  return { monitor, pass: (ms) => (now += ms) };
}

describe('consumer health', () => {
  it('is not ready before the group was joined', () => {
    expect(monitorAt().monitor.health()).toMatchObject({ ready: false, state: 'starting' });
  });

  it('is ready while it fetches, and stuck when it has not fetched for longer than the limit', () => {
    const { monitor, pass } = monitorAt();
    monitor.joined([AT]);
    pass(500);
    expect(monitor.health().ready).toBe(true);
    pass(1);
    expect(monitor.health()).toMatchObject({ ready: false, state: 'stuck' });
    monitor.fetched();
    expect(monitor.health().ready).toBe(true);
  });

  it('judges a batch in hand by its own limit, not by the silence of the fetch loop that waits for it', () => {
    const { monitor, pass } = monitorAt();
    monitor.joined([AT]);
    monitor.started(AT);
    pass(900);
    expect(monitor.health().ready).toBe(true);
    pass(101);
    expect(monitor.health()).toMatchObject({ state: 'stuck', oldestBatchMs: 1_001 });
    monitor.ended(AT);
    expect(monitor.health().ready).toBe(true);
  });

  it('stays ready through single failures and is not ready after several in a row', () => {
    const { monitor } = monitorAt();
    monitor.joined([AT]);
    for (let i = 1; i < RETRIES_BEFORE_UNREADY; i += 1) expect(monitor.failed(AT, 'Error')).toBe(i);
    expect(monitor.health().ready).toBe(true);
    monitor.failed(AT, 'Error');
    expect(monitor.health().ready).toBe(false);
    monitor.progressed(AT);
    expect(monitor.health().ready).toBe(true);
  });

  it('forgets a halted partition only when another consumer has got it', () => {
    const { monitor } = monitorAt();
    monitor.joined([AT]);
    monitor.halt({ ...AT, offset: 7n, code: 'GAP', reason: 'a version is missing' });
    monitor.joined([AT]);
    expect(monitor.health().ready).toBe(false);
    monitor.joined([]);
    expect(monitor.health().halted).toEqual([]);
  });

  it('forgets what stood still when a person has moved the positions', () => {
    const { monitor } = monitorAt();
    monitor.joined([AT]);
    monitor.halt({ ...AT, offset: 7n, code: 'RULE', reason: 'a rule that has been corrected' });
    monitor.repositioned();
    expect(monitor.isHalted(AT)).toBe(false);
    expect(monitor.health().ready).toBe(true);
  });

  it('stays crashed when it is stopped afterwards', () => {
    const { monitor } = monitorAt();
    monitor.joined([AT]);
    monitor.crashed('TypeError');
    monitor.stopped();
    expect(monitor.health()).toMatchObject({
      ready: false,
      state: 'crashed',
      detail: 'the consumer ended: TypeError',
    });
  });
});
