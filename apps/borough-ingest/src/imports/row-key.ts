import { createHash } from 'node:crypto';
import { indexMac } from '@probity/sealing';

/** Keyed hashes of a row: comparable, but telling nothing to whoever lacks the borough's index key. */
export interface RowMacs {
  /** HMAC(borough, local reference), 32 bytes. */
  readonly rowKey: Buffer;
  /** HMAC of the canonical content, 32 bytes. */
  readonly contentMac: Buffer;
}

/** Makes the keyed hashes of one borough under an index key that lives in the vault (docs/reference/sealing.md). */
export class RowHasher {
  constructor(
    private readonly borough: string,
    private readonly indexKey: Uint8Array,
  ) {}

  /** Hashes of a row from its reference and its canonical content. */
  row(localRef: string, content: string): RowMacs {
    return {
      rowKey: indexMac(this.indexKey, 'row', this.borough, localRef),
      contentMac: indexMac(this.indexKey, 'content', this.borough, content),
    };
  }

  /** Hash of a group's name. */
  groupName(name: string): Buffer {
    return indexMac(this.indexKey, 'group', this.borough, name);
  }
}

/**
 * Which rows are compared with one another: those of one file in one window. A dry run has a scope of its own.
 */
export function scopeOf(job: {
  id: string;
  borough: string;
  fileHash: string;
  windowId: string | null;
  isDryRun: boolean;
}): Buffer {
  const name = job.isDryRun
    ? `dry:${job.id}`
    : `file:${job.borough}:${job.fileHash}:${job.windowId ?? 'proposals'}`;
  return createHash('sha256').update(name).digest();
}
