/** Types of answers by which a broker says that it has only just started and loads its groups. */
const STARTING = ['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'];

/** What the client library gives up with at once when a join ends while no broker is connected; other losses it rides out. */
const NOBODY_THERE = 'KafkaJSNoBrokerAvailableError';

/**
 * Whether a consumer ended because its broker was away for a moment. It may begin again then: every join seeks to our own
 * positions. After anything else it must not: it would hide authorisation errors and programming faults.
 */
export function isBrokerAway(error: Error): boolean {
  const { name, type, cause } = error as { name: string; type?: unknown; cause?: unknown };
  if (name === NOBODY_THERE || (typeof type === 'string' && STARTING.includes(type))) return true;
  return cause instanceof Error && isBrokerAway(cause);
}
