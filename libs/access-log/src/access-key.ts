import { createHash } from 'node:crypto';

/** The key of a month, under which queries and justifications are sealed; it is destroyed six years later. */
export interface AccessKey {
  /** Id of the month's key. */
  readonly recordId: string;
  readonly dekVersion: number;
  /** `case` subkey, 32 bytes. */
  readonly subkey: Buffer;
}

/** Where a service has the key of a month from. */
export interface AccessKeySource {
  /**
   * @param month `2026-11`
   * @throws when the vault does not give it
   */
  keyOf(month: string): Promise<AccessKey>;
}

/** Month of an instant, in UTC. */
export function monthOf(instant: string): string {
  return instant.slice(0, 7);
}

/** The id of a month's key: the same everywhere, so that nothing has to remember it. A UUID of version 8 (RFC 9562, 5.8). */
export function accessKeyId(month: string): string {
  const bytes = createHash('sha256').update(`probity/access-key/v1|${month}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
