import { Inject, Injectable } from '@nestjs/common';
import type { Envelope } from '@probity/events';
import { definitionOf, EventFormatError } from '@probity/events';
import { deriveSubkey, indexMac, open, sealContextOf, UnsealError, zeroise } from '@probity/sealing';
import { PepperVault } from '../peppers/pepper.vault.js';
import { DataKeyRepository, type DataKeyRow } from '../keys/data-key.repository.js';
import { DataKeyVault } from '../keys/data-key.vault.js';
import type { RowKeyRecordBody, RowKeyReply } from './row-keys.dto.js';

/** Makes row keys again from sealed identities. What is opened for it does not leave this class. */
@Injectable()
export class RowKeysService {
  constructor(
    @Inject(DataKeyRepository) private readonly repository: DataKeyRepository,
    @Inject(DataKeyVault) private readonly vault: DataKeyVault,
    @Inject(PepperVault) private readonly peppers: PepperVault,
  ) {}

  /** Row keys of those records that open. */
  async rowKeysOf(records: readonly RowKeyRecordBody[]): Promise<RowKeyReply[]> {
    const rows = await this.repository.findAll(records.map(({ recordId }) => recordId));
    const indexKeys = new Map<string, Buffer>();
    try {
      for (const { borough } of records)
        if (!indexKeys.has(borough)) indexKeys.set(borough, await this.peppers.indexKey(borough));
      const replies: RowKeyReply[] = [];
      for (const record of records) {
        const rowKey = await this.#rowKeyOf(record, rows, indexKeys.get(record.borough) as Buffer);
        if (rowKey) replies.push({ recordId: record.recordId, rowKey: rowKey.toString('base64url') });
      }
      return replies;
    } finally {
      zeroise(...indexKeys.values());
    }
  }

  async #rowKeyOf(
    record: RowKeyRecordBody,
    rows: readonly DataKeyRow[],
    indexKey: Buffer,
  ): Promise<Buffer | null> {
    const dekVersion = Number(record.identity['kv']);
    const row = rows.find(
      (each) =>
        each.recordId === record.recordId.toLowerCase() &&
        each.dekVersion === dekVersion &&
        each.borough === record.borough,
    );
    if (!row) return null;
    const subkey = await this.vault.withKey(row, (dek) => deriveSubkey(dek, 'identity'));
    if (subkey === null) return null;
    try {
      return indexMac(indexKey, 'row', record.borough, referenceIn(record, dekVersion, subkey));
    } catch (error) {
      if (error instanceof UnsealError || error instanceof EventFormatError) return null;
      throw error;
    } finally {
      zeroise(subkey);
    }
  }
}

/** The borough's own reference of a record. @throws UnsealError, EventFormatError when the identity does not open */
function referenceIn(record: RowKeyRecordBody, dekVersion: number, subkey: Buffer): string {
  const { recordId, type, identity } = record;
  const context = sealContextOf(record, { recordId, dekVersion }, definitionOf(type).schemaVersion);
  const plaintext = open(subkey, 'identity', context, identity as unknown as Envelope);
  try {
    const { localRef } = JSON.parse(plaintext.toString('utf8')) as { localRef?: unknown };
    if (typeof localRef !== 'string') throw new UnsealError('the identity holds no reference');
    return localRef;
  } finally {
    zeroise(plaintext);
  }
}
