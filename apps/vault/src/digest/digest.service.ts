import { Inject, Injectable } from '@nestjs/common';
import { definitionOf, EventFormatError, SEALED_GROUPS } from '@probity/events';
import type { Envelope, JsonValue, SealedGroup, Skeleton } from '@probity/events';
import { deriveSubkeys, open, sealContextOf, UnsealError, zeroise, type Subkeys } from '@probity/sealing';
import { doesNotOpen } from '../access/vault-problems.js';
import { DataKeyRepository, type DataKeyRow } from '../keys/data-key.repository.js';
import { DataKeyVault } from '../keys/data-key.vault.js';
import type { DigestEvent, DigestRecord } from './digest.dto.js';
import type { OpenedEvent } from './opened-record.js';
import { linesOf } from './record-lines.js';

type SubkeysByVersion = ReadonlyMap<number, Subkeys>;

/** Opens whole records inside the vault and answers with hashes of what they say. */
@Injectable()
export class DigestService {
  constructor(
    @Inject(DataKeyRepository) private readonly repository: DataKeyRepository,
    @Inject(DataKeyVault) private readonly vault: DataKeyVault,
  ) {}

  /** One line an event. Refuses with 422 KEY-001 when a group of a record does not open. */
  async linesOf(records: readonly DigestRecord[]): Promise<string[]> {
    const keys = new Map<string, DataKeyRow[]>();
    for (const row of await this.repository.findAll(records.map(({ recordId }) => recordId))) {
      keys.set(row.recordId, [...(keys.get(row.recordId) ?? []), row]);
    }
    const lines: string[] = [];
    for (const [index, record] of records.entries()) {
      const rows = keys.get(record.recordId.toLowerCase()) ?? [];
      lines.push(...(await this.linesOfOne(record, index, rows)));
    }
    return lines;
  }

  private async linesOfOne(
    record: DigestRecord,
    index: number,
    rows: readonly DataKeyRow[],
  ): Promise<string[]> {
    const subkeys = new Map<number, Subkeys>();
    for (const row of rows) {
      // A key of another borough does not open this record, whatever the request says.
      if (row.borough !== record.borough) continue;
      const keys = await this.vault.withKey(row, deriveSubkeys);
      if (keys !== null) subkeys.set(row.dekVersion, keys);
    }
    try {
      const events = [...record.events].sort((a, b) => a.streamversion - b.streamversion);
      return linesOf({
        borough: record.borough,
        events: events.map((event) => openEvent(record.recordId, event, subkeys)),
      });
    } catch (error) {
      if (error instanceof UnsealError || error instanceof EventFormatError) throw doesNotOpen(index);
      throw error;
    } finally {
      for (const keys of subkeys.values()) zeroise(...Object.values(keys));
    }
  }
}

function openEvent(recordId: string, event: DigestEvent, subkeys: SubkeysByVersion): OpenedEvent {
  const { schemaVersion } = definitionOf(event.type);
  const groups: { [group in SealedGroup]?: JsonValue } = {};
  for (const group of SEALED_GROUPS) {
    const envelope = event.sealed[group] as Envelope | undefined;
    if (envelope === undefined) continue;
    const dekVersion = Number((envelope as { kv?: unknown } | null)?.kv);
    const subkey = subkeys.get(dekVersion)?.[group];
    if (subkey === undefined) throw new UnsealError('there is no key of this version');
    const context = sealContextOf(event, { recordId, dekVersion }, schemaVersion);
    const plaintext = open(subkey, group, context, envelope);
    groups[group] = JSON.parse(plaintext.toString('utf8')) as JsonValue;
    zeroise(plaintext);
  }
  return { type: event.type, version: event.streamversion, skeleton: event.skeleton as Skeleton, groups };
}
