import type { Pool } from 'pg';
import type { BoroughCode, Decision, GroupEvent, GroupState, OperatingModel } from '@probity/domain';
import {
  decideGroup,
  evolveGroup,
  initialGroup,
  isRefusal,
  parseGroupId,
  startOfLondonDay,
} from '@probity/domain';
import { append } from '@probity/event-store';
import type { StreamRead } from '@probity/event-store';
import type { BatchSigner, UnsignedEvent } from '@probity/events';
import type { VaultClient } from '@probity/sealing';
import { zeroise } from '@probity/sealing';
import { inTransaction } from '../imports/block-writer.js';
import { KeyPool } from '../imports/key-pool.js';
import type { RowHasher } from '../imports/row-key.js';
import type { GroupRow } from '../reading/groups-file.js';
import type { EventFactory, StreamEvent } from '../sealing/event-factory.js';
import { freshRecordKey, leasedRecordKey } from '@probity/sealing';
import type { RecordKey } from '@probity/sealing';
import { GROUP_TYPES } from './group-book.js';
import type { BookedGroup, GroupBook } from './group-book.js';

/** What is needed to write groups of a borough. */
export interface GroupsImportContext {
  readonly borough: BoroughCode;
  readonly asAt: string;
  readonly actor: string;
  readonly model: OperatingModel;
  readonly hasher: RowHasher;
  readonly book: GroupBook;
  readonly factory: EventFactory;
  readonly signer: BatchSigner;
  readonly reads: readonly StreamRead[];
}

/** Counts of a groups file. */
export interface GroupsOutcome {
  designated: number;
  audited: number;
  unchanged: number;
  problems: { line: number; code: string }[];
}

interface GroupWrite {
  readonly groupId: string;
  readonly nameKey: Buffer | null;
  readonly events: readonly UnsignedEvent[];
}

/**
 * Takes the groups of one borough in: designations, and audits that are later than the last one known. What the store
 * knows already adds nothing; what contradicts it is a problem of its line (SCH-005).
 */
export class GroupsImport {
  constructor(
    private readonly pool: Pool,
    private readonly vault: Pick<VaultClient, 'freshKeys' | 'leaseCase'>,
  ) {}

  /** Decide and append; without `isDryRun` everything stands or nothing does. */
  async run(
    rows: readonly GroupRow[],
    context: GroupsImportContext,
    isDryRun: boolean,
  ): Promise<GroupsOutcome> {
    const outcome: GroupsOutcome = { designated: 0, audited: 0, unchanged: 0, problems: [] };
    const keys = new KeyPool(this.vault, context.borough);
    const newGroups = rows.filter((row) => !context.book.find(row.name)).length;
    if (newGroups > 0) await keys.fill('group', newGroups);
    const writes: GroupWrite[] = [];
    for (const row of rows) {
      const write = await this.#decide(row, context, keys, outcome);
      if (write) writes.push(write);
    }
    keys.clear();
    if (!isDryRun && writes.length > 0) await this.#write(writes, context);
    return outcome;
  }

  async #decide(
    row: GroupRow,
    context: GroupsImportContext,
    keys: KeyPool,
    outcome: GroupsOutcome,
  ): Promise<GroupWrite | null> {
    const known = context.book.find(row.name);
    const fresh = known ? null : keys.take('group');
    const groupId = known?.groupId ?? (fresh as { recordId: string }).recordId;
    const decided = decideRow(row, groupId, known?.state ?? initialGroup, context);
    if (decided === 'contradiction') {
      outcome.problems.push({ line: row.line, code: 'SCH-005' });
      return null;
    }
    if (decided.length === 0) {
      outcome.unchanged += 1;
      return null;
    }
    for (const event of decided) outcome[event.type === 'GroupDesignated' ? 'designated' : 'audited'] += 1;
    const key = fresh ? freshRecordKey(groupId, fresh.dekVersion, fresh.dek) : await this.#leasedKey(groupId);
    const events = this.#events(groupId, known, decided, context, key);
    if (fresh) zeroise(fresh.dek);
    return { groupId, nameKey: known ? null : context.hasher.groupName(row.name), events };
  }

  #events(
    groupId: string,
    known: BookedGroup | undefined,
    decided: readonly GroupEvent[],
    context: GroupsImportContext,
    key: RecordKey,
  ): UnsignedEvent[] {
    const at = {
      stream: `groups/${groupId}`,
      key: groupId,
      topic: `matrix.${context.borough}`,
      borough: context.borough,
    };
    return context.factory.stream(at, (known?.version ?? 0) + 1, decided.map(toStreamEvent), key);
  }

  async #leasedKey(groupId: string): Promise<RecordKey> {
    const lease = (await this.vault.leaseCase([groupId])).get(groupId);
    if (!lease) throw new Error('the vault no longer has the key of a group');
    return leasedRecordKey(groupId, lease.dekVersion, lease.subkey);
  }

  async #write(writes: readonly GroupWrite[], context: GroupsImportContext): Promise<void> {
    const created = writes.filter((write) => write.nameKey !== null);
    await inTransaction(this.pool, async (client) => {
      await client.query(
        `INSERT INTO ingest.group_key (borough, name_key, group_id)
         SELECT $1, g.name_key, g.group_id FROM unnest($2::bytea[], $3::uuid[]) AS g(name_key, group_id)`,
        [context.borough, created.map((write) => write.nameKey), created.map((write) => write.groupId)],
      );
      const events = writes.flatMap((write) => write.events);
      await append(client, { events, signerOf: () => context.signer, reads: context.reads });
    });
  }
}

function decideRow(
  row: GroupRow,
  groupId: string,
  before: GroupState,
  context: GroupsImportContext,
): GroupEvent[] | 'contradiction' {
  const id = parseGroupId(groupId);
  if (id === null) throw new Error('the vault gave an id that is none');
  const command = {
    groupId: id,
    borough: context.borough,
    decidedAt: context.asAt,
    qualifyingMembers: row.qualifyingMembers,
  };
  const events: GroupEvent[] = [];
  let state = before;
  const take = (decision: Decision<GroupEvent>): boolean => {
    if (isRefusal(decision)) return false;
    events.push(...decision.events);
    state = decision.events.reduce(evolveGroup, state);
    return true;
  };
  if (state.lifecycle === 'NONE') {
    const { name, designatedOn } = row;
    if (
      !take(
        decideGroup(
          { type: 'DesignateGroup', ...command, name, designatedOn, designatedBy: context.actor },
          state,
        ),
      )
    ) {
      return 'contradiction';
    }
  } else if (state.designatedOn !== row.designatedOn) return 'contradiction';
  if (isAlreadyKnown(row, state)) return events;
  if (row.lastAudit === null) return 'contradiction';
  const audit = decideGroup(
    { type: 'AuditGroup', ...command, auditedOn: row.lastAudit, auditedBy: context.actor },
    state,
  );
  return take(audit) ? events : 'contradiction';
}

function isAlreadyKnown(row: GroupRow, state: GroupState): boolean {
  if (state.lifecycle === 'NONE') return false;
  return state.lastAudit === row.lastAudit && state.qualifyingMembers === row.qualifyingMembers;
}

function toStreamEvent(event: GroupEvent): StreamEvent {
  const isDesignation = event.type === 'GroupDesignated';
  return {
    type: isDesignation ? GROUP_TYPES.designated : GROUP_TYPES.audited,
    skeleton: { ...event.skeleton },
    sealed: { case: { ...event.case } },
    // A group's audit is one of the few facts that may be backdated (docs/explanation/architecture.md, valid time).
    occurredAt: startOfLondonDay(isDesignation ? event.case.designatedOn : event.case.auditedOn),
  };
}
