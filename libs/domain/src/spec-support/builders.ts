import { parseGrade } from '../evidence/grade.js';
import type { Grade } from '../evidence/grade.js';
import type { GroupFacts } from '../evidence/group-facts.js';
import type { EvidenceItem } from '../evidence/item.js';
import { parseBoroughCode } from '../borough.js';
import type { BoroughCode } from '../borough.js';
import { parseLocalDate } from '../calendar/local-date.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { ApproveEntry, ImportEntry, ProposeEntry } from '../entry/commands.js';
import type { GroupId, RecordId } from '../ids.js';
import { isRefusal } from '../refusal.js';
import type { RegisterEntry } from '../safeguarding/decide.js';
import { model } from './model.js';

/** Decision instant of the specs, a Sunday in winter time; its London date is {@link today}. */
export const decidedAt = '2026-11-01T09:00:00.000Z';
export const today = date('2026-11-01');

/** A date that must exist. */
export function date(text: string): LocalDate {
  const parsed = parseLocalDate(text);
  if (parsed === null) throw new Error(`no calendar date: ${text}`);
  return parsed;
}

/** A grade that must be readable. */
export function grade(text: string): Grade {
  const parsed = parseGrade(text);
  if (parsed === null) throw new Error(`no grade: ${text}`);
  return parsed;
}

/** A borough code that must be one of the 32. */
export function borough(text: string): BoroughCode {
  const code = parseBoroughCode(text);
  if (isRefusal(code)) throw new Error(`no borough: ${text}`);
  return code;
}

let made = 0;

/** An item that counts: recent, graded 1A, verified by another, of a root of its own, about violence, unscored. */
export function item(overrides: Partial<EvidenceItem> & Pick<EvidenceItem, 'kind'>): EvidenceItem {
  made += 1;
  const isPartner = !model.kinds[overrides.kind].countsFromPolice;
  return {
    evidenceId: `evidence-${String(made).padStart(6, '0')}`,
    basis: model.kinds[overrides.kind].basis,
    sourceRef: `SYN-SRC-${made}`,
    rootOriginId: `SYN-ROOT-${made}`,
    originOrg: isPartner ? 'YJS' : 'MPS',
    sourceClass: isPartner ? 'PARTNER' : 'POLICE',
    grade: grade('1A P'),
    eventDate: date('2026-09-01'),
    receivedAt: date('2026-09-02'),
    submittedBy: 'STAFF-001',
    verifiedBy: 'STAFF-002',
    about: 'violence',
    matter: null,
    lawfullyObtained: true,
    ...overrides,
  };
}

/** A recovered weapon: fact, police, about a weapon, 5 points. */
export function weapon(overrides: Partial<EvidenceItem> = {}): EvidenceItem {
  return item({ kind: 'WEAPON_RECOVERY', about: 'weapon', matter: 'WEAPON_POSSESSION', ...overrides });
}

/** A partner's report of group nexus, graded 2B. */
export function nexus(overrides: Partial<EvidenceItem> = {}): EvidenceItem {
  return item({ kind: 'PARTNER_REPORT', about: 'nexus', grade: grade('2B P'), ...overrides });
}

/** A conviction about violence, 6 points. */
export function conviction(overrides: Partial<EvidenceItem> = {}): EvidenceItem {
  return item({ kind: 'CONVICTION', matter: 'ARMED_ROBBERY', ...overrides });
}

/** A police intelligence report about violence, 2 points. */
export function intelligence(overrides: Partial<EvidenceItem> = {}): EvidenceItem {
  return item({ kind: 'INTELLIGENCE_REPORT', matter: 'VIOLENCE_INTELLIGENCE', ...overrides });
}

/** A group whose nexus evidence counts. */
export const currentGroup: GroupFacts = {
  groupId: '00000000-0000-4000-8000-00000000000a' as GroupId,
  version: 2,
  designatedOn: date('2025-01-10'),
  lastAudit: date('2026-02-01'),
  qualifyingMembers: 3,
};

const person = {
  recordId: '00000000-0000-4000-8000-000000000001' as RecordId,
  borough: borough('E09000012'),
  decidedAt,
  ageClass: 'ADULT',
  nextAgeBoundary: null,
  inCustody: false,
} as const;

/** A row that is entered as it is: sufficient, scored, approved by another, in an open window. */
export function importRow(overrides: Partial<ImportEntry> = {}): ImportEntry {
  return {
    ...person,
    type: 'ImportEntry',
    personType: 'Nominal',
    proposedBy: 'STAFF-101',
    evidence: [weapon(), nexus()],
    group: currentGroup,
    window: { open: true },
    approvedBy: 'STAFF-102',
    childAuthority: null,
    ...overrides,
  };
}

/** A proposal that waits for nothing but an approver. */
export function proposal(overrides: Partial<ProposeEntry> = {}): ProposeEntry {
  return {
    ...person,
    type: 'ProposeEntry',
    personType: 'Nominal',
    proposedBy: 'STAFF-101',
    evidence: [weapon(), nexus()],
    group: currentGroup,
    ...overrides,
  };
}

/** An approval by another human supervisor who tells the person. */
export function approval(overrides: Partial<ApproveEntry> = {}): ApproveEntry {
  return {
    ...person,
    type: 'ApproveEntry',
    approvedBy: 'STAFF-102',
    actorKind: 'human',
    attestationHash: 'hash-of-the-attestation',
    notification: { decision: 'NOTIFY' },
    childAuthority: null,
    group: currentGroup,
    ...overrides,
  };
}

/** A registration of a victim on one counted victimisation item. */
export function registration(overrides: Partial<RegisterEntry> = {}): RegisterEntry {
  return {
    ...person,
    type: 'RegisterEntry',
    role: 'VICTIM',
    registeredBy: 'STAFF-101',
    evidence: [item({ kind: 'VICTIMISATION', about: 'victim' })],
    vulnerability: null,
    ...overrides,
  };
}
