import type {
  BoroughCode,
  Decision,
  EntryEvent,
  EvidenceItem,
  GroupFacts,
  OperatingModel,
  RecordId,
  Role,
  SafeguardingEvent,
} from '@probity/domain';
import {
  ageClassOn,
  decideEntry,
  decideSafeguarding,
  importOutcome,
  initialEntry,
  initialSafeguarding,
  isRefusal,
  londonDateOf,
  parseRecordId,
  roleFamilyOf,
} from '@probity/domain';
import type { PlainEvent } from '@probity/events';
import { currentType } from '@probity/events';
import type { LegacyRow } from '../reading/legacy-row.js';
import type { DecidedRow } from './decided-row.js';
import type { FreshKey, KeyPool } from './key-pool.js';

/** What every row of an import is decided by. */
export interface RowDecisionContext {
  readonly borough: BoroughCode;
  /** Domain instant as at which rows are decided. */
  readonly asAt: string;
  readonly isWindowOpen: boolean;
  readonly model: OperatingModel;
  readonly groupOf: (name: string) => GroupFacts | null;
  readonly keys: KeyPool;
  /** Ids of evidence, rising: what ties are broken by follows the order of the row, in every run. */
  readonly nextId: () => string;
}

/** CloudEvents types by the deciders' names: what is decided now has the form of now. */
const TYPES = {
  EntryProposed: currentType('matrix.entry-proposed'),
  LegacyEntryAsserted: currentType('matrix.legacy-entry-asserted'),
  EntryApproved: currentType('matrix.entry-approved'),
  EntryRejected: currentType('matrix.entry-rejected'),
  EntryRegistered: currentType('safeguarding.entry-registered'),
} as const;

/**
 * Decides rows as commands, by the deciders that decide an officer's commands. The birth date is seen here, at the
 * door, to derive the age class; no decider sees it.
 */
export class RowDecider {
  constructor(private readonly context: RowDecisionContext) {}

  /** Decide one readable row that is the first of its reference. */
  decide(line: number, row: LegacyRow): Omit<DecidedRow, 'macs'> {
    const family = roleFamilyOf(row.personType);
    const isRegister = !isRefusal(family) && family.family === 'safeguarding';
    const keyFamily = isRegister ? 'safeguarding' : 'matrix';
    const key = this.context.keys.take(keyFamily);
    const evidence = row.items.map((item) => ({ ...item, evidenceId: this.context.nextId() }));
    const decision = isRegister
      ? this.#register(row, evidence, key, family.role)
      : this.#import(row, evidence, key);
    const outcome = { line, localRef: row.localRef, ...importOutcome(decision) };
    if (isRefusal(decision)) {
      this.context.keys.giveBack(keyFamily, key);
      const command = isRegister ? 'RegisterEntry' : 'ImportEntry';
      return { outcome, problemRow: null, write: { kind: 'refusal', command, codes: decision.codes } };
    }
    const events = decision.events.map((event, place) => toPlainEvent(event, place === 0 ? row : null));
    return { outcome, problemRow: null, write: { kind: 'record', family: keyFamily, key, events } };
  }

  #import(row: LegacyRow, evidence: readonly EvidenceItem[], key: FreshKey): Decision<EntryEvent> {
    const { asAt, model, isWindowOpen } = this.context;
    const { personType, approvedBy, childAuthority } = row;
    return decideEntry(
      {
        type: 'ImportEntry',
        ...this.#facts(row, key),
        personType,
        evidence,
        proposedBy: row.addedBy,
        group: row.group === null ? null : this.context.groupOf(row.group),
        window: { open: isWindowOpen },
        approvedBy,
        childAuthority,
        ...ageClassOn(row.dateOfBirth, londonDateOf(asAt)),
      },
      initialEntry,
      model,
    );
  }

  #register(
    row: LegacyRow,
    evidence: readonly EvidenceItem[],
    key: FreshKey,
    role: Extract<Role, 'VICTIM' | 'AT_RISK'>,
  ): Decision<SafeguardingEvent> {
    return decideSafeguarding(
      {
        type: 'RegisterEntry',
        ...this.#facts(row, key),
        role,
        evidence,
        registeredBy: row.addedBy,
        // A legacy list says nothing of it; a professional has to assess it.
        vulnerability: null,
        ...ageClassOn(row.dateOfBirth, londonDateOf(this.context.asAt)),
      },
      initialSafeguarding,
      this.context.model,
    );
  }

  #facts(
    row: LegacyRow,
    key: FreshKey,
  ): { recordId: RecordId; borough: BoroughCode; decidedAt: string; inCustody: boolean } {
    const recordId = parseRecordId(key.recordId);
    if (recordId === null) throw new Error('the vault gave an id that is none');
    return {
      recordId,
      borough: this.context.borough,
      decidedAt: this.context.asAt,
      inCustody: row.inCustody,
    };
  }
}

function toPlainEvent(event: EntryEvent | SafeguardingEvent, person: LegacyRow | null): PlainEvent {
  const sealed = { case: event.case as unknown as NonNullable<PlainEvent['sealed']['case']> };
  const plain = { type: TYPES[event.type], skeleton: { ...event.skeleton } };
  return person === null ? { ...plain, sealed } : { ...plain, sealed: { ...sealed, ...personal(person) } };
}

/** The groups that no decider sees. */
function personal(row: LegacyRow): Pick<PlainEvent['sealed'], 'identity' | 'equality'> {
  const { familyName, givenName, dateOfBirth, localRef } = row;
  return {
    identity: { familyName, givenName, dateOfBirth, localRef },
    equality: {
      sex: row.sex || null,
      birthYear: Number(dateOfBirth.slice(0, 4)),
      ethnicitySelf: row.ethnicitySelf || null,
      ethnicityOfficer: row.ethnicityOfficer || null,
    },
  };
}
