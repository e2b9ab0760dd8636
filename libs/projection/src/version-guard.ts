/** Bytes kept of each event hash: enough that a forged twin costs 2^64 work, little enough to keep one for every version. */
export const HASH_BYTES = 16;

/** How far a record has been projected. `eventHashes` holds `HASH_BYTES` for each version, in order. */
export interface RecordProgress {
  readonly topic: string;
  readonly borough: string;
  readonly version: number;
  readonly eventHashes: Buffer;
}

/** What to do with an event of a record: apply it, drop it as already applied, or stop. */
export type Admission = 'fresh' | 'duplicate' | 'conflict' | 'gap';

/**
 * Compares an event's version with what is known of its record. A version seen before with the same hash is a redelivery; with
 * another hash two histories of one record exist. A version beyond the next one means that an event was lost.
 */
export function admit(progress: RecordProgress | undefined, version: number, eventHash: Buffer): Admission {
  const known = progress?.version ?? 0;
  if (version > known + 1) return 'gap';
  if (version === known + 1) return 'fresh';
  const start = (version - 1) * HASH_BYTES;
  const stored = progress?.eventHashes.subarray(start, start + HASH_BYTES);
  return stored?.equals(eventHash.subarray(0, HASH_BYTES)) === true ? 'duplicate' : 'conflict';
}

/** Progress after a fresh event. */
export function advance(
  progress: RecordProgress | undefined,
  event: { topic: string; borough: string; version: number; eventHash: Buffer },
): RecordProgress {
  const hash = event.eventHash.subarray(0, HASH_BYTES);
  return {
    topic: event.topic,
    borough: event.borough,
    version: event.version,
    eventHashes: Buffer.concat([progress?.eventHashes ?? Buffer.alloc(0), hash]),
  };
}
