import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainClock } from './domain-clock.js';
import { parseInstant } from './instant.js';

const START = '2026-11-01T09:00:00.000Z';

describe('the domain clock', () => {
  it('stands still until the operator moves it', async () => {
    const clock = new DomainClock('controlled', START);
    expect(clock.now()).toBe(START);
    await clock.advanceTo('2026-11-01T09:00:01Z');
    expect(clock.now()).toBe('2026-11-01T09:00:01.000Z');
  });

  it('never goes back, whatever it is told in whatever order', async () => {
    const instants = fc.date({
      min: new Date('2020-01-01T00:00:00Z'),
      max: new Date('2040-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(instants, { maxLength: 20 }), async (orders) => {
        const clock = new DomainClock('controlled', START);
        for (const order of orders) {
          const before = clock.now();
          const refused = await clock.advanceTo(order.toISOString()).then(
            () => null,
            (error: unknown) => error,
          );
          expect(clock.now() >= before).toBe(true);
          if (order.toISOString() < before)
            expect(refused).toMatchObject({ problem: { status: 409, code: 'CLK-001' } });
          else expect(clock.now()).toBe(order.toISOString());
        }
      }),
    );
  });

  it('takes the same order twice, so that a lost answer can be asked for again', async () => {
    const clock = new DomainClock('controlled', START);
    await clock.advanceTo(START);
    expect(clock.now()).toBe(START);
  });

  it('answers an order when every listener has taken notice, even if one of them fails', async () => {
    const clock = new DomainClock('controlled', START);
    const heard: string[] = [];
    clock.onChange(() => Promise.reject(new Error('deaf')));
    clock.onChange(async (now) => {
      await Promise.resolve();
      heard.push(now);
    });
    const end = clock.onChange((now) => void heard.push(`ended ${now}`));
    end();
    await expect(clock.advanceTo('2026-11-02T09:00:00.000Z')).rejects.toThrow('deaf');
    expect(heard).toEqual(['2026-11-02T09:00:00.000Z']);
    expect(clock.now()).toBe('2026-11-02T09:00:00.000Z');
  });

  it('cannot be moved by anyone when it is real', async () => {
    const clock = new DomainClock('real', START);
    await expect(clock.advanceTo('2999-01-01T00:00:00.000Z')).rejects.toMatchObject({
      problem: { code: 'CLK-002' },
    });
  });

  it('holds its highest reading when the machine is set back', () => {
    const clock = new DomainClock('real', '2999-01-01T00:00:00.000Z');
    expect(clock.now()).toBe('2999-01-01T00:00:00.000Z');
  });
});

describe('an instant', () => {
  it('is written one way, in UTC with milliseconds', () => {
    expect(parseInstant('2026-11-01T09:00:00Z')).toBe('2026-11-01T09:00:00.000Z');
    expect(parseInstant('2026-11-01T09:00:00.5Z')).toBe('2026-11-01T09:00:00.500Z');
  });

  it('is not read from another zone, an impossible day or anything else', () => {
    const wrong = [
      '2026-11-01T09:00:00+01:00',
      '2026-02-30T09:00:00Z',
      '2026-11-01',
      '2026-11-01T24:00:00Z',
      5,
      null,
    ];
    for (const value of wrong) expect(parseInstant(value)).toBeNull();
  });
});
