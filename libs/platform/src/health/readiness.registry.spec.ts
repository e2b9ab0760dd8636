import { describe, expect, it } from '@jest/globals';
import { ReadinessRegistry } from './readiness.registry.js';

describe('readiness', () => {
  it('begins when the process runs and ends when it stops', async () => {
    const registry = new ReadinessRegistry();
    expect((await registry.check()).ready).toBe(false);
    registry.enter('running');
    expect((await registry.check()).ready).toBe(true);
    registry.enter('stopping');
    expect((await registry.check()).ready).toBe(false);
  });

  it('needs every probe, and does not repeat what a failing probe says', async () => {
    const registry = new ReadinessRegistry();
    registry.enter('running');
    registry.add({ name: 'good', check: () => Promise.resolve({ ready: true, detail: 'fine' }) });
    registry.add({ name: 'bad', check: () => Promise.reject(new Error('canary')) });
    const readiness = await registry.check();
    expect(readiness.ready).toBe(false);
    expect(readiness.probes).toContainEqual({ name: 'good', ready: true, detail: 'fine' });
    expect(JSON.stringify(readiness)).not.toContain('canary');
  });

  it('counts a probe that does not answer as not ready', async () => {
    const registry = new ReadinessRegistry(5);
    registry.enter('running');
    registry.add({ name: 'hung', check: () => new Promise(() => undefined) });
    expect(await registry.check()).toMatchObject({
      ready: false,
      probes: [{}, { name: 'hung', detail: 'no answer' }],
    });
  });

  it('is held when everything that is missing waits for a person', async () => {
    const registry = new ReadinessRegistry();
    const answers = [{ ready: false, detail: 'behind', remedy: 'run probity recover' }];
    registry.add({ name: 'store', check: () => Promise.resolve(answers[0] ?? { ready: true, detail: '' }) });
    expect((await registry.check()).held).toBe(false);
    registry.enter('running');
    expect(await registry.check()).toMatchObject({ ready: false, held: true });
    registry.add({ name: 'slow', check: () => Promise.resolve({ ready: false, detail: 'not yet' }) });
    expect((await registry.check()).held).toBe(false);
  });

  it('has one probe of a name', () => {
    const registry = new ReadinessRegistry();
    const probe = { name: 'one', check: () => Promise.resolve({ ready: true, detail: '' }) };
    registry.add(probe);
    expect(() => {
      registry.add(probe);
    }).toThrow('one');
  });
});
