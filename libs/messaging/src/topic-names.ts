/** The two families of borough topics: one partition each, fixed for life, so that a position reads `E09000012@10432`. */
export type TopicFamily = 'matrix' | 'safeguarding';

/**
 * GSS codes of the 32 London boroughs, E09000002 to E09000033. E09000001 is the City of London, which has a police force of its own.
 * Source: ONS code history, local authority districts.
 */
export const BOROUGH_CODES: readonly string[] = Array.from(
  { length: 32 },
  (_, index) => `E090000${String(index + 2).padStart(2, '0')}`,
);

/** Name of a topic on the broker. `prefix` sets test runs apart on one broker; it is empty in a real installation. */
export function topicName(name: string, prefix = ''): string {
  return `${prefix}${name}`;
}

/** Names on the broker of one family's topics, in the order of the borough codes. */
export function boroughTopics(family: TopicFamily, prefix = ''): string[] {
  return BOROUGH_CODES.map((code) => topicName(`${family}.${code}`, prefix));
}
