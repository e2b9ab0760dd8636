import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

const MAX_SEQUENCE = 0xffffffff;
const MAX_UNIX_MS = 0xffffffffffff;

/**
 * Makes UUIDs of version 7 (RFC 9562 section 5.7) from domain time. The clock may stand still or several callers may
 * share a millisecond, so a 32-bit counter that starts at a random 31-bit number follows the time and keeps the ids of
 * one process in the order in which they were made (section 6.2, method 1). Thirty-odd random bits follow it.
 */
export class UuidV7Source {
  private unixMs = -1;
  private sequence = 0;

  /**
   * The next id, greater in byte order than every id before it.
   *
   * @param at instant of domain time, RFC 3339; an instant before the last one counts as the last one
   * @throws RangeError when it is no instant between 1970 and the end of 48-bit milliseconds
   */
  next(at: string): string {
    const unixMs = Date.parse(at);
    if (!(unixMs >= 0 && unixMs <= MAX_UNIX_MS)) throw new RangeError('The time of an id is not an instant.');
    if (unixMs > this.unixMs) {
      this.unixMs = unixMs;
      this.sequence = randomBytes(4).readUInt32BE() >>> 1;
    } else if (this.sequence === MAX_SEQUENCE) {
      this.unixMs += 1;
      this.sequence = 0;
    } else {
      this.sequence += 1;
    }
    return v7({ msecs: this.unixMs, seq: this.sequence });
  }
}
