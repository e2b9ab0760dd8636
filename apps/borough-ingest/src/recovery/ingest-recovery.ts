import { Inject, Injectable } from '@nestjs/common';
import type { RecoveryReport } from '@probity/event-store';
import type { RecoveryNotes } from '@probity/platform';
import { VaultClient, zeroise } from '@probity/sealing';
import type { RowKeyRecord } from '@probity/sealing';
import { openGroupEvent } from '../groups/group-book.js';
import { RowHasher } from '../imports/row-key.js';
import type { IngestConfig } from '../ingest.config.js';
import { INGEST_CONFIG } from '../ingest.config.js';
import type { LostKey } from './lost-keys.repository.js';
import { LostKeysRepository } from './lost-keys.repository.js';

/** What is gone with a store that was restored, whatever the topics hold. */
const LOST_IMPORTS =
  'Reports of imports that ran since the backup are gone; a row of theirs that is sent again is told as a contradiction (SCH-005).';

/**
 * Makes whole what the ingest keeps beside the log: the keyed hashes by which a row or a group is known again. They follow from
 * the log and the vault, so that a list which is imported again enters nobody twice.
 */
@Injectable()
export class IngestRecovery {
  constructor(
    @Inject(INGEST_CONFIG) private readonly config: IngestConfig,
    @Inject(LostKeysRepository) private readonly keys: LostKeysRepository,
    @Inject(VaultClient) private readonly vault: VaultClient,
  ) {}

  /** Make keyed hashes again. What the vault has no key for is named. */
  async finish(report: RecoveryReport): Promise<RecoveryNotes> {
    const records = await this.#rebuild('records', (borough, lost) => this.#rowsOf(borough, lost));
    const groups = await this.#rebuild('groups', (borough, lost) => this.#groupsOf(borough, lost));
    const hasTakenBack = report.lanes.some(({ takenBack }) => takenBack > 0);
    return {
      remarks: [
        ...(records.made > 0 ? [`Row keys made again: ${String(records.made)}.`] : []),
        ...(groups.made > 0 ? [`Group keys made again: ${String(groups.made)}.`] : []),
        ...(hasTakenBack ? [LOST_IMPORTS] : []),
      ],
      unopenable: [...records.unopenable, ...groups.unopenable],
    };
  }

  /** @param make makes and keeps keys of one borough, and tells whose */
  async #rebuild(
    kind: 'records' | 'groups',
    make: (borough: string, lost: readonly LostKey[]) => Promise<ReadonlySet<string>>,
  ): Promise<{ made: number; unopenable: string[] }> {
    let made = 0;
    const unopenable: string[] = [];
    for await (const block of this.keys.lost(kind, this.config.boroughs)) {
      for (const borough of new Set(block.map((each) => each.borough))) {
        const lost = block.filter((each) => each.borough === borough);
        const opened = await make(borough, lost);
        made += opened.size;
        unopenable.push(...lost.filter(({ id }) => !opened.has(id)).map(({ id }) => id));
      }
    }
    return { made, unopenable };
  }

  async #rowsOf(borough: string, lost: readonly LostKey[]): Promise<ReadonlySet<string>> {
    const records = lost.flatMap((each) => rowKeyRecordOf(each) ?? []);
    const keys = records.length === 0 ? new Map<string, Buffer>() : await this.vault.rowKeys(records);
    await this.keys.keepRows(borough, keys);
    return new Set(keys.keys());
  }

  async #groupsOf(borough: string, lost: readonly LostKey[]): Promise<ReadonlySet<string>> {
    const leases = await this.vault.leaseCase(lost.map(({ id }) => id));
    const indexKey = await this.vault.indexKey(borough);
    const hasher = new RowHasher(borough, indexKey);
    const keys = new Map<string, Buffer>();
    for (const { id, first } of lost) {
      const subkey = leases.get(id)?.subkey;
      if (!subkey) continue;
      const event = openGroupEvent(first, id, subkey);
      zeroise(subkey);
      if (event.type === 'GroupDesignated') keys.set(id, hasher.groupName(event.case.name));
    }
    zeroise(indexKey);
    await this.keys.keepGroups(borough, keys);
    return new Set(keys.keys());
  }
}

function rowKeyRecordOf({ id, borough, first }: LostKey): RowKeyRecord | null {
  const { source, id: eventId, subject, type } = first.header;
  const { identity } = first.sealed;
  return identity ? { recordId: id, borough, source, id: eventId, subject, type, identity } : null;
}
