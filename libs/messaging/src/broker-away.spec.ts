import { describe, expect, it } from '@jest/globals';
import { isBrokerAway } from './broker-away.js';

function named(name: string, more: object = {}): Error {
  return Object.assign(new Error('x'), { name, ...more });
}

describe('a consumer that ended', () => {
  it('begins again when no broker was connected, or the broker was just starting', () => {
    expect(isBrokerAway(named('KafkaJSNoBrokerAvailableError'))).toBe(true);
    for (const type of ['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'])
      expect(isBrokerAway(named('KafkaJSProtocolError', { type }))).toBe(true);
  });

  it('begins again when that was the cause of giving up', () => {
    const cause = named('KafkaJSProtocolError', { type: 'GROUP_LOAD_IN_PROGRESS' });
    expect(isBrokerAway(named('KafkaJSNumberOfRetriesExceeded', { cause }))).toBe(true);
  });

  it('does not begin again after a refused right or a fault of ours', () => {
    expect(isBrokerAway(new TypeError('x'))).toBe(false);
    expect(isBrokerAway(named('KafkaJSProtocolError', { type: 'GROUP_AUTHORIZATION_FAILED' }))).toBe(false);
    expect(isBrokerAway(named('KafkaJSNumberOfRetriesExceeded', { cause: new TypeError('x') }))).toBe(false);
  });
});
