import { currentType } from '@probity/events';
import { UnprojectableEvent } from '@probity/projection';
import type { ProjectedEvent } from '@probity/projection';
import { history, supersede } from '../bitemporal.js';
import type { History } from '../bitemporal.js';
import { CaseReader, boroughOf } from '../case-reader.js';
import { withholdFrom } from '../withhold-from.js';

/** Type that the safeguarding register takes. */
export const REGISTERED = currentType('safeguarding.entry-registered');

const CARE_ROLES = ['VICTIM', 'AT_RISK'] as const;
const VULNERABILITIES = ['HIGH', 'STANDARD'] as const;

/** A victim or a person at risk, pseudonymised. It has no score and no band. Instants are RFC 3339 UTC. */
export interface RegisterRow {
  readonly recordId: string;
  readonly borough: string;
  readonly role: (typeof CARE_ROLES)[number];
  readonly vulnerability: (typeof VULNERABILITIES)[number];
  readonly registeredAt: string;
  readonly reviewDue: string;
  readonly criteriaHoldUntil: string | null;
  /** From this instant the row is not shown. */
  readonly withholdFrom: string;
  readonly inCustody: boolean;
  readonly ageClass: string;
  readonly version: number;
  readonly topic: string;
  readonly topicOffset: bigint;
}

/** A record of the safeguarding family. */
export interface SafeguardingState {
  readonly lifecycle: 'REGISTERED';
  readonly registrations: History<RegisterRow>;
}

/** One event of a record in order. @throws UnprojectableEvent for a role that does not belong in the register */
export function foldSafeguarding(
  state: SafeguardingState | undefined,
  event: ProjectedEvent,
): SafeguardingState {
  if (event.type !== REGISTERED)
    throw new UnprojectableEvent('the event is not one of the safeguarding register');
  const before = state?.registrations ?? history<RegisterRow>();
  const payload = new CaseReader(event);
  const bounds = {
    attestBy: null,
    criteriaHoldUntil: payload.textOrNull('criteriaHoldUntil'),
    reviewDue: payload.text('reviewDue'),
  };
  const row: RegisterRow = {
    recordId: event.recordId,
    borough: boroughOf(event),
    role: payload.oneOf('role', CARE_ROLES),
    vulnerability: payload.within('vulnerability').oneOf('degree', VULNERABILITIES),
    registeredAt: before.current?.row.registeredAt ?? event.occurredAt,
    reviewDue: bounds.reviewDue,
    criteriaHoldUntil: bounds.criteriaHoldUntil,
    withholdFrom: withholdFrom(bounds),
    inCustody: payload.flag('inCustody'),
    ageClass: payload.text('ageClass'),
    version: event.version,
    topic: event.topic,
    topicOffset: event.offset,
  };
  return { lifecycle: 'REGISTERED', registrations: supersede(before, row, event) };
}
