import type { AgeStanding } from '../calendar/age.js';
import type { Instant } from '../calendar/london-time.js';
import type { BoroughCode } from '../borough.js';
import type { EvidenceItem } from '../evidence/item.js';
import type { ReviewDue } from '../model/clocks.js';
import type { Vulnerability } from '../model/operating-model.js';
import type { NotRecorded } from '../not-recorded.js';
import type { SafeguardingRole } from '../role/roles.js';

/**
 * How vulnerable a person is, and whether a professional assessed it or the operating model assumed it: an assessment is
 * told apart from what stands for one (DPA 2018 s.38(2)).
 */
export interface VulnerabilityFinding {
  readonly degree: Vulnerability;
  readonly basis: 'ASSESSED' | 'ASSUMED' | NotRecorded;
}

/** A victim, or a person at risk, was put on the safeguarding register. There is no score and no band. */
export interface EntryRegistered {
  readonly type: 'EntryRegistered';
  readonly skeleton: { readonly borough: BoroughCode };
  readonly case: AgeStanding & {
    readonly role: SafeguardingRole;
    readonly vulnerability: VulnerabilityFinding;
    /** Items of the kinds that the role rests on, counted or not. */
    readonly evidence: readonly EvidenceItem[];
    readonly countedEvidence: readonly string[];
    readonly registeredBy: string;
    readonly inCustody: boolean;
    readonly reviewDue: ReviewDue;
    readonly criteriaHoldUntil: Instant | null;
  };
}

/** Every event of a safeguarding record. */
export type SafeguardingEvent = EntryRegistered;
