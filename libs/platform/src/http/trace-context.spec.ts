import { describe, expect, it } from '@jest/globals';
import {
  continueTrace,
  currentTrace,
  currentTraceparent,
  runInTrace,
  traceparentOf,
} from './trace-context.js';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the trace of a request', () => {
  it('continues a well-formed parent under a span of its own', () => {
    const trace = continueTrace(`00-${ID}-00f067aa0ba902b7-01`);
    expect(trace).toMatchObject({ traceId: ID, flags: '01' });
    expect(trace.spanId).not.toBe('00f067aa0ba902b7');
    expect(continueTrace(`01-${ID}-00f067aa0ba902b7-00-more`).traceId).toBe(ID);
  });

  it('begins anew when the parent is missing, repeated or malformed', () => {
    const wrong = [
      undefined,
      [`00-${ID}-00f067aa0ba902b7-01`],
      `ff-${ID}-00f067aa0ba902b7-01`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${ID}-${'0'.repeat(16)}-01`,
      `00-${ID}-00f067aa0ba902b7-01-more`,
      `00-${ID.toUpperCase()}-00f067aa0ba902b7-01`,
    ];
    for (const header of wrong) {
      const trace = continueTrace(header);
      expect(trace.traceId).not.toBe(ID);
      expect(traceparentOf(trace)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    }
  });

  it('is known inside the request and not outside', () => {
    const trace = continueTrace(undefined);
    runInTrace(trace, () => {
      expect(currentTrace()).toBe(trace);
      expect(currentTraceparent()).toBe(traceparentOf(trace));
    });
    expect(currentTrace()).toBeNull();
  });
});
