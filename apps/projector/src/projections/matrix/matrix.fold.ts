import { currentType } from '@probity/events';
import { UnprojectableEvent } from '@probity/projection';
import type { ProjectedEvent } from '@probity/projection';
import { history, supersede } from '../bitemporal.js';
import type { History } from '../bitemporal.js';
import { CaseReader, boroughOf } from '../case-reader.js';
import { withholdFrom } from '../withhold-from.js';

/** Types that the central matrix takes. */
export const MATRIX_TYPES = {
  proposed: currentType('matrix.entry-proposed'),
  legacyAsserted: currentType('matrix.legacy-entry-asserted'),
  approved: currentType('matrix.entry-approved'),
  rejected: currentType('matrix.entry-rejected'),
} as const;

const HARM_ROLES = ['SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER'] as const;
const BANDS = ['RED', 'AMBER', 'GREEN'] as const;

/** An entered person, pseudonymised: no identity and no evidence. Instants are RFC 3339 UTC. */
export interface EntryRow {
  readonly recordId: string;
  readonly borough: string;
  readonly role: (typeof HARM_ROLES)[number];
  readonly band: (typeof BANDS)[number];
  /** Entered on a file's word, not yet attested by a supervisor. */
  readonly legacyAssertion: boolean;
  readonly enteredAt: string;
  readonly reviewDue: string;
  readonly attestBy: string | null;
  readonly criteriaHoldUntil: string | null;
  /** From this instant the row is not shown. */
  readonly withholdFrom: string;
  readonly inCustody: boolean;
  readonly ageClass: string;
  readonly groupId: string | null;
  readonly version: number;
  readonly topic: string;
  readonly topicOffset: bigint;
}

/** A record of the matrix family, entered or not. */
export interface MatrixState {
  readonly lifecycle: 'PROPOSED' | 'ENTERED' | 'REJECTED';
  /** Named by the proposal: what an entry goes by whose decision did not record the group that it read. */
  readonly groupId: string | null;
  readonly entries: History<EntryRow>;
}

/**
 * One event of a record in order: a proposal and a rejection are progress only, an approval or a legacy assertion enters.
 *
 * @throws UnprojectableEvent for a role that is not a suspect's or a convicted person's, or an event out of place
 */
export function foldMatrix(state: MatrixState | undefined, event: ProjectedEvent): MatrixState {
  boroughOf(event);
  switch (event.type) {
    case MATRIX_TYPES.proposed:
      return proposed(state, event);
    case MATRIX_TYPES.legacyAsserted:
    case MATRIX_TYPES.approved:
      return entered(existing(state), event);
    case MATRIX_TYPES.rejected:
      return rejected(existing(state));
    default:
      throw new UnprojectableEvent('the event is not one of the matrix');
  }
}

function proposed(state: MatrixState | undefined, event: ProjectedEvent): MatrixState {
  if (state?.lifecycle === 'ENTERED') throw new UnprojectableEvent('an entered record cannot be proposed');
  const payload = new CaseReader(event);
  payload.oneOf('role', HARM_ROLES);
  return { lifecycle: 'PROPOSED', groupId: payload.idOf('group'), entries: state?.entries ?? history() };
}

function entered(state: MatrixState, event: ProjectedEvent): MatrixState {
  const payload = new CaseReader(event);
  const isLegacy = event.type === MATRIX_TYPES.legacyAsserted;
  const bounds = {
    attestBy: isLegacy ? payload.text('attestBy') : null,
    criteriaHoldUntil: payload.textOrNull('criteriaHoldUntil'),
    reviewDue: payload.text('reviewDue'),
  };
  const row: EntryRow = {
    recordId: event.recordId,
    borough: boroughOf(event),
    role: payload.oneOf('role', HARM_ROLES),
    band: payload.oneOf('band', BANDS),
    legacyAssertion: isLegacy,
    enteredAt: state.entries.current?.row.enteredAt ?? event.occurredAt,
    ...bounds,
    withholdFrom: withholdFrom(bounds),
    inCustody: payload.flag('inCustody'),
    ageClass: payload.text('ageClass'),
    groupId: payload.isRecorded('group') ? payload.idOf('group') : state.groupId,
    version: event.version,
    topic: event.topic,
    topicOffset: event.offset,
  };
  return { ...state, lifecycle: 'ENTERED', entries: supersede(state.entries, row, event) };
}

function rejected(state: MatrixState): MatrixState {
  if (state.lifecycle === 'ENTERED') throw new UnprojectableEvent('an entered record cannot be rejected');
  return { ...state, lifecycle: 'REJECTED' };
}

function existing(state: MatrixState | undefined): MatrixState {
  if (!state) throw new UnprojectableEvent('a decision follows a proposal');
  return state;
}
