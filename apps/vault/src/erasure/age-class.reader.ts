import { Inject, Injectable } from '@nestjs/common';
import { AGE_CLASSES, type AgeClass } from '@probity/domain';
import { definitionOf, EventFormatError, type StoredEvent } from '@probity/events';
import { deriveSubkey, open, sealContextOf, UnsealError, zeroise } from '@probity/sealing';
import type { DataKeyRow } from '../keys/data-key.repository.js';
import { DataKeyVault } from '../keys/data-key.vault.js';

/** Reads how old a person was when it was last said: the waiting time depends on it. Nothing else of what is opened is kept. */
@Injectable()
export class AgeClassReader {
  constructor(@Inject(DataKeyVault) private readonly vault: DataKeyVault) {}

  /** The age class that the newest event tells that tells one; null when none does that opens. */
  async read(
    recordId: string,
    events: readonly StoredEvent[],
    keys: readonly DataKeyRow[],
  ): Promise<AgeClass | null> {
    for (const event of events.toReversed()) {
      const key = keys.find(({ dekVersion }) => dekVersion === event.sealed.case?.kv);
      const told = key ? await this.#ageIn(recordId, event, key) : undefined;
      const ageClass = AGE_CLASSES.find((each) => each === told);
      if (ageClass !== undefined) return ageClass;
    }
    return null;
  }

  async #ageIn(recordId: string, { header, sealed }: StoredEvent, key: DataKeyRow): Promise<unknown> {
    const subkey = await this.vault.withKey(key, (dek) => deriveSubkey(dek, 'case'));
    if (subkey === null) return undefined;
    try {
      const { schemaVersion } = definitionOf(header.type);
      const context = sealContextOf(header, { recordId, dekVersion: key.dekVersion }, schemaVersion);
      const plaintext = open(subkey, 'case', context, sealed.case as NonNullable<typeof sealed.case>);
      const { ageClass } = JSON.parse(plaintext.toString('utf8')) as { ageClass?: unknown };
      zeroise(plaintext);
      return ageClass;
    } catch (error) {
      if (error instanceof UnsealError || error instanceof EventFormatError) return undefined;
      throw error;
    } finally {
      zeroise(subkey);
    }
  }
}
