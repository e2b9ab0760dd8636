import type { AgeStanding } from '../calendar/age.js';
import { londonDateOf } from '../calendar/london-time.js';
import type { Instant } from '../calendar/london-time.js';
import type { BoroughCode } from '../borough.js';
import { isBasisMisstated } from '../evidence/classify.js';
import type { EvidenceItem } from '../evidence/item.js';
import { isDatedBy } from '../evidence/readable.js';
import type { RecordId } from '../ids.js';
import { safeguardingReviewDueOf } from '../model/clocks.js';
import type { OperatingModel, Vulnerability } from '../model/operating-model.js';
import { accept, refuse } from '../refusal.js';
import type { Decision } from '../refusal.js';
import type { SafeguardingRole } from '../role/roles.js';
import type { SafeguardingEvent, VulnerabilityFinding } from './events.js';
import { holdsRole, isOfRole, roleHoldsUntil, unassessedVulnerability } from './rules.js';
import type { SafeguardingState } from './state.js';

/** Puts a victim or a person at risk on the safeguarding register. Age and approval are no conditions of it. */
export interface RegisterEntry extends AgeStanding {
  readonly type: 'RegisterEntry';
  readonly recordId: RecordId;
  readonly borough: BoroughCode;
  readonly decidedAt: Instant;
  readonly role: SafeguardingRole;
  readonly registeredBy: string;
  readonly evidence: readonly EvidenceItem[];
  /** As a professional assessed it; null where nobody has, as in a legacy file. */
  readonly vulnerability: Vulnerability | null;
  readonly inCustody: boolean;
}

/**
 * Decides a registration. It needs one counted item of the role's kinds; without one, EVD-001 is the only reason.
 * Items of other kinds are not taken over: the register keeps what the role rests on and nothing else.
 */
export function decideSafeguarding(
  command: RegisterEntry,
  state: SafeguardingState,
  model: OperatingModel,
): Decision<SafeguardingEvent> {
  if (state.lifecycle !== 'NONE') return refuse(['STM-001']);
  const { role, borough, decidedAt, ageClass, nextAgeBoundary, registeredBy, inCustody } = command;
  const asOf = londonDateOf(decidedAt);
  if (!isDatedBy(command.evidence, asOf)) return refuse(['SCH-003']);
  const evidence = command.evidence.filter((item) => isOfRole(item, role, model));
  const counted = evidence.filter((item) => holdsRole(item, role, asOf, model));
  if (counted.length === 0) return refuse(['EVD-001'], { missing: ['ITEM_OF_THE_ROLE'], lines: [] });
  if (evidence.some((item) => isBasisMisstated(item, model))) return refuse(['EVD-010']);
  const registered: SafeguardingEvent = {
    type: 'EntryRegistered',
    skeleton: { borough },
    case: {
      role,
      vulnerability: vulnerabilityOf(command, model),
      ageClass,
      nextAgeBoundary,
      evidence,
      countedEvidence: counted.map(({ evidenceId }) => evidenceId).sort(),
      registeredBy,
      inCustody,
      reviewDue: safeguardingReviewDueOf(decidedAt, ageClass, model),
      criteriaHoldUntil: roleHoldsUntil(counted, role, asOf, model),
    },
  };
  return accept([registered]);
}

function vulnerabilityOf(
  { vulnerability, ageClass }: RegisterEntry,
  model: OperatingModel,
): VulnerabilityFinding {
  return vulnerability === null
    ? { degree: unassessedVulnerability(ageClass, model), basis: 'ASSUMED' }
    : { degree: vulnerability, basis: 'ASSESSED' };
}
