import { randomUUID } from 'node:crypto';
import type {
  EntryEvent,
  EvidenceItem,
  GroupId,
  ImportEntry,
  LocalDate,
  OperatingModel,
  RecordId,
} from '@probity/domain';
import {
  ageClassOn,
  decideEntry,
  initialEntry,
  isAbout,
  isEvidenceKind,
  isMatter,
  isRefusal,
  loadOperatingModel,
  londonDateOf,
  parseBoroughCode,
  parseGrade,
  parseLocalDate,
} from '@probity/domain';
import type { PlainEvent } from '@probity/events';
import { currentType } from '@probity/events';
import { readOperatingModel } from '@probity/platform';
import { generateRows } from '@probity/testing';
import type { ListFields } from '@probity/testing';

/** Instant of every decision: the domain time of a new store. */
export const DECIDED_AT = '2026-11-01T09:00:00.000Z';

const TYPES = {
  EntryProposed: currentType('matrix.entry-proposed'),
  LegacyEntryAsserted: currentType('matrix.legacy-entry-asserted'),
  EntryApproved: currentType('matrix.entry-approved'),
  EntryRejected: currentType('matrix.entry-rejected'),
} as const;

/** Rows that are decided; events are sealed from them again and again, under other keys and ids. */
const DIFFERENT_ENTRIES = 300;

/** What the decider of the domain made of one made-up row: a proposal and an entry, before they are sealed. */
export type DecidedEntry = readonly PlainEvent[];

/** The operating model under which everything is decided. */
export function operatingModel(): OperatingModel {
  const { text, hash } = readOperatingModel();
  return loadOperatingModel(text, hash);
}

/** Entries of one borough as an import would decide them, the same in every run. */
export function decidedEntries(borough: string, model: OperatingModel): DecidedEntry[] {
  const rows = generateRows({ borough, rows: DIFFERENT_ENTRIES, seed: 1, cases: ['ENTERED'] });
  return [...rows].map(({ fields }) => decided(borough, fields, model));
}

function decided(borough: string, fields: ListFields, model: OperatingModel): DecidedEntry {
  const decision = decideEntry(commandOf(borough, fields, model), initialEntry, model);
  if (isRefusal(decision)) throw new Error(`a made-up row was refused: ${decision.codes.join(' ')}`);
  return decision.events.map((event, place) => plainEvent(event, place === 0 ? fields : null));
}

function commandOf(borough: string, fields: ListFields, model: OperatingModel): ImportEntry {
  const code = parseBoroughCode(borough);
  if (isRefusal(code)) throw new Error(`${borough} is no borough`);
  const groupDate = parseLocalDate('2026-02-01') as LocalDate;
  return {
    type: 'ImportEntry',
    recordId: randomUUID() as RecordId,
    borough: code,
    decidedAt: DECIDED_AT,
    personType: text(fields, 'person_type'),
    proposedBy: text(fields, 'added_by'),
    approvedBy: text(fields, 'approved_by'),
    childAuthority: null,
    inCustody: fields['custody'] === 'HMP',
    window: { open: true },
    evidence: itemsOf(fields, model),
    group: {
      groupId: randomUUID() as GroupId,
      version: 2,
      designatedOn: groupDate,
      lastAudit: groupDate,
      qualifyingMembers: 7,
    },
    ...ageClassOn(dateOf(fields, 'date_of_birth'), londonDateOf(DECIDED_AT)),
  };
}

function itemsOf(fields: ListFields, model: OperatingModel): EvidenceItem[] {
  return [1, 2, 3].filter((place) => fields[`ev${place}_kind`]).map((place) => itemOf(fields, place, model));
}

function itemOf(fields: ListFields, place: number, model: OperatingModel): EvidenceItem {
  const column = (name: string): string => text(fields, `ev${place}_${name}`);
  const [kind, about, grade] = [column('kind'), column('about'), parseGrade(column('grade'))];
  const matter = fields[`ev${place}_offence`] ?? '';
  if (!isEvidenceKind(kind) || !isAbout(about) || grade === null)
    throw new Error('a made-up item is unreadable');
  const organisation = column('org');
  return {
    evidenceId: randomUUID(),
    kind,
    basis: model.kinds[kind].basis,
    sourceRef: column('ref'),
    rootOriginId: column('origin'),
    originOrg: organisation,
    sourceClass: model.police.organisations.includes(organisation) ? 'POLICE' : 'PARTNER',
    grade,
    eventDate: dateOf(fields, `ev${place}_date`),
    receivedAt: dateOf(fields, `ev${place}_received`),
    submittedBy: column('submitted_by'),
    verifiedBy: column('verified_by'),
    about,
    matter: isMatter(matter) ? matter : null,
    lawfullyObtained: true,
  };
}

function plainEvent(event: EntryEvent, person: ListFields | null): PlainEvent {
  const sealed = { case: event.case as unknown as NonNullable<PlainEvent['sealed']['case']> };
  const plain = { type: TYPES[event.type], skeleton: { ...event.skeleton } };
  return person === null ? { ...plain, sealed } : { ...plain, sealed: { ...sealed, ...personal(person) } };
}

function personal(fields: ListFields): Pick<PlainEvent['sealed'], 'identity' | 'equality'> {
  const dateOfBirth = dateOf(fields, 'date_of_birth');
  return {
    identity: {
      familyName: text(fields, 'family_name'),
      givenName: text(fields, 'given_name'),
      dateOfBirth,
      localRef: text(fields, 'local_ref'),
    },
    equality: {
      sex: text(fields, 'sex'),
      birthYear: Number(dateOfBirth.slice(0, 4)),
      ethnicitySelf: text(fields, 'ethnicity_self'),
      ethnicityOfficer: text(fields, 'ethnicity_officer'),
    },
  };
}

function text(fields: ListFields, column: string): string {
  const found = fields[column];
  if (found === undefined || found === '') throw new Error(`a made-up row has no ${column}`);
  return found;
}

function dateOf(fields: ListFields, column: string): LocalDate {
  const date = parseLocalDate(text(fields, column));
  if (date === null) throw new Error(`a made-up row has no date in ${column}`);
  return date;
}
