import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainClock } from '@probity/platform';
import { dekAad, KEY_BYTES, KeyProviderError, zeroise } from '@probity/sealing';
import type { KeyFamily, KeyProvider } from '@probity/sealing';
import { EpochRegistry } from '../epochs/epoch-registry.js';
import type { DataKeyRow } from './data-key.repository.js';
import { DataKeyRepository } from './data-key.repository.js';
import { KEY_PROVIDER } from './key-provider.js';

/** A data key in clear, on its way to the one service that will seal with it. */
export interface IssuedKey {
  readonly recordId: string;
  readonly dekVersion: number;
  /** base64url, 32 bytes. */
  readonly dek: string;
}

const FIRST_VERSION = 1;

/** Makes data keys and unwraps them. The only place where a data key is in clear. */
@Injectable()
export class DataKeyVault {
  constructor(
    @Inject(DataKeyRepository) private readonly repository: DataKeyRepository,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(EpochRegistry) private readonly epochs: EpochRegistry,
  ) {}

  /** Fresh keys under random record ids (UUID v4), durable when they are returned. */
  async issue(borough: string, family: KeyFamily, count: number): Promise<IssuedKey[]> {
    return this.epochs.underCurrent((epoch) => this.#issue(epoch, { borough, family, count }));
  }

  /**
   * Run something with a data key in clear; the key is zeroised when it ends.
   *
   * @returns null when the key-encryption key of the row was destroyed: then nobody opens it again
   */
  async withKey<T>(row: DataKeyRow, use: (dek: Buffer) => T): Promise<T | null> {
    const dek = await this.#unwrap(row);
    if (dek === null) return null;
    try {
      return use(dek);
    } finally {
      zeroise(dek);
    }
  }

  async #unwrap(row: DataKeyRow): Promise<Buffer | null> {
    try {
      return await this.provider.unwrap(
        row.epoch,
        row.wrapped,
        dekAad(row.recordId, row.dekVersion, row.epoch),
      );
    } catch (error) {
      if (!(error instanceof KeyProviderError) || error.fault !== 'no-epoch') throw error;
      // Rewrapped since the row was read, and the old key is gone.
      const anew = await this.repository.find(row.recordId, row.dekVersion);
      if (anew === null) return null;
      if (anew.epoch !== row.epoch) return this.#unwrap(anew);
      if (await this.epochs.isDestroyed(row.epoch)) return null;
      throw error;
    }
  }

  async #issue(
    epoch: number,
    { borough, family, count }: { borough: string; family: KeyFamily; count: number },
  ): Promise<IssuedKey[]> {
    const material = randomBytes(count * KEY_BYTES);
    try {
      const recordIds = Array.from({ length: count }, () => randomUUID());
      const deks = recordIds.map((_, index) => material.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES));
      const wrapped = await Promise.all(
        deks.map((dek, index) =>
          this.provider.wrap(epoch, dek, dekAad(recordIds[index] ?? '', FIRST_VERSION, epoch)),
        ),
      );
      const issuedAt = this.clock.now();
      await this.repository.insert({
        borough,
        family,
        epoch,
        issuedAt,
        dekVersion: FIRST_VERSION,
        recordIds,
        wrapped,
      });
      return deks.map((dek, index) => ({
        recordId: recordIds[index] ?? '',
        dekVersion: FIRST_VERSION,
        dek: dek.toString('base64url'),
      }));
    } finally {
      zeroise(material);
    }
  }
}
