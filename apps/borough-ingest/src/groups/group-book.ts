import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { GroupEvent, GroupFacts, GroupState } from '@probity/domain';
import { evolveGroup, groupFactsOf, initialGroup, parseGroupId } from '@probity/domain';
import type { RecordedEvent, StreamRead } from '@probity/event-store';
import { readStreams } from '@probity/event-store';
import type { Payload } from '@probity/events';
import { currentType, definitionOf, upcast } from '@probity/events';
import type { VaultClient } from '@probity/sealing';
import { open, sealContextOf, zeroise } from '@probity/sealing';
import type { RowHasher } from '../imports/row-key.js';
import type { GroupRow } from '../reading/groups-file.js';

/** A group as its stream stands. */
export interface BookedGroup {
  readonly groupId: string;
  readonly version: number;
  readonly state: GroupState;
}

/** CloudEvents types of a group's events. */
export const GROUP_TYPES = {
  designated: currentType('matrix.group-designated'),
  audited: currentType('matrix.group-audited'),
};

const EVENT_NAMES: { readonly [type: string]: GroupEvent['type'] } = {
  [GROUP_TYPES.designated]: 'GroupDesignated',
  [GROUP_TYPES.audited]: 'GroupAudited',
};

/**
 * The groups of a borough by name, as their events say. Names lie sealed; they are looked up by keyed hash.
 */
export class GroupBook {
  private constructor(
    private readonly hasher: RowHasher,
    private readonly groups: ReadonlyMap<string, BookedGroup>,
  ) {}

  /** Read the groups of a borough from the store, opening their `case` by lease. */
  static async load(
    pool: Pool,
    vault: Pick<VaultClient, 'leaseCase'>,
    borough: string,
    hasher: RowHasher,
  ): Promise<GroupBook> {
    const { rows } = await pool.query<{ name_key: Buffer; group_id: string }>(
      'SELECT name_key, group_id FROM ingest.group_key WHERE borough = $1',
      [borough],
    );
    const ids = rows.map((row) => row.group_id);
    const streams = await readStreams(
      pool,
      ids.map((id) => `groups/${id}`),
    );
    const leases = ids.length === 0 ? new Map<string, { subkey: Buffer }>() : await vault.leaseCase(ids);
    const groups = new Map<string, BookedGroup>();
    for (const { name_key: nameKey, group_id: groupId } of rows) {
      const subkey = leases.get(groupId)?.subkey;
      // Without its key a group can no longer be read, hence not relied on.
      if (!subkey) continue;
      groups.set(
        nameKey.toString('hex'),
        bookedGroup(groupId, streams.get(`groups/${groupId}`) ?? [], subkey),
      );
      zeroise(subkey);
    }
    return new GroupBook(hasher, groups);
  }

  /** A group by name, or undefined when it was never designated. */
  find(name: string): BookedGroup | undefined {
    return this.groups.get(this.hasher.groupName(name).toString('hex'));
  }

  /** What a decision reads of a group; null for one that was never designated. */
  factsOf(name: string): GroupFacts | null {
    const group = this.find(name);
    const groupId = group ? parseGroupId(group.groupId) : null;
    return group && groupId !== null ? groupFactsOf(group.state, groupId, group.version) : null;
  }

  /** The book as it would be with some rows of a groups file taken in: what a dry run decides by. */
  withPlanned(rows: readonly GroupRow[]): GroupBook {
    const groups = new Map(this.groups);
    for (const row of rows) {
      const nameKey = this.hasher.groupName(row.name).toString('hex');
      const known = groups.get(nameKey);
      const { designatedOn, lastAudit, qualifyingMembers } = row;
      const state: GroupState = { lifecycle: 'DESIGNATED', designatedOn, lastAudit, qualifyingMembers };
      groups.set(nameKey, { groupId: known?.groupId ?? randomUUID(), version: known?.version ?? 1, state });
    }
    return new GroupBook(this.hasher, groups);
  }

  /** Every group at the version that was read: an append that relies on them checks it. */
  reads(): StreamRead[] {
    return [...this.groups.values()].map(({ groupId, version }) => ({
      stream: `groups/${groupId}`,
      version,
    }));
  }
}

function bookedGroup(groupId: string, events: readonly RecordedEvent[], subkey: Buffer): BookedGroup {
  const state = events.reduce(
    (before, event) => evolveGroup(before, openGroupEvent(event, groupId, subkey)),
    initialGroup,
  );
  return { groupId, version: events.at(-1)?.header.streamversion ?? 0, state };
}

/** An event of a group in its current version, opened by its leased `case` subkey. @throws UnsealError, Error for a foreign event */
export function openGroupEvent(event: RecordedEvent, groupId: string, subkey: Buffer): GroupEvent {
  const { header, skeleton, sealed } = event;
  if (!sealed.case) throw new Error(`an event ${header.type} of a group has no case`);
  const key = { recordId: groupId, dekVersion: sealed.case.kv };
  const context = sealContextOf(header, key, definitionOf(header.type).schemaVersion);
  const opened = JSON.parse(open(subkey, 'case', context, sealed.case).toString('utf8')) as Payload;
  const current = upcast({ type: header.type, skeleton, sealed: { case: opened } });
  const type = EVENT_NAMES[current.type];
  if (!type) throw new Error(`the stream of a group holds a foreign event ${header.type}`);
  return { type, skeleton: current.skeleton, case: current.sealed.case } as unknown as GroupEvent;
}
