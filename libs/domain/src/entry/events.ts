import type { AgeStanding } from '../calendar/age.js';
import type { Instant } from '../calendar/london-time.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { BoroughCode } from '../borough.js';
import type { Code } from '../codes.js';
import type { EvidenceItem } from '../evidence/item.js';
import type { ScoreLine } from '../evidence/score.js';
import type { GroupId } from '../ids.js';
import type { Band, ReviewDue } from '../model/clocks.js';
import type { NotRecorded } from '../not-recorded.js';
import type { HarmRole } from '../role/roles.js';

/** Reasons for rejecting a proposal, each with the family that alone is visible outside the sealed part. */
export const REJECTION_REASONS = {
  CRITERIA_NOT_MET: 'criteria',
  TIME_LIMIT: 'time',
  RIGHTS_UPHELD: 'rights',
  IDENTITY_ERROR: 'error',
  MOVED_TO_SAFEGUARDING: 'administration',
  WITHDRAWN: 'administration',
} as const;

/** One of the reasons for a rejection. */
export type RejectionReason = keyof typeof REJECTION_REASONS;
/** The family of a rejection reason. */
export type ReasonFamily = (typeof REJECTION_REASONS)[RejectionReason];

/** Whether the person is told of the entry; a restriction needs a ground and a date of review (DPA 2018 s.44). */
export type Notification =
  | { readonly decision: 'NOTIFY' }
  | { readonly decision: 'RESTRICT'; readonly ground: string; readonly reviewBy: LocalDate };

/** A band in which a person can be entered. */
export type EnteredBand = Exclude<Band, 'ZERO'>;

/** The unsealed part of an event: it never says anything about a person. */
interface Skeleton {
  readonly borough: BoroughCode;
}

/** A group at the version of its stream that a decision read. */
export interface GroupRead {
  readonly id: GroupId;
  readonly version: number;
}

/** A person was proposed for the list. */
export interface EntryProposed {
  readonly type: 'EntryProposed';
  readonly skeleton: Skeleton;
  readonly case: AgeStanding & {
    readonly role: HarmRole;
    /** Items of kinds that may be kept. */
    readonly evidence: readonly EvidenceItem[];
    readonly group: GroupRead | null;
    readonly inCustody: boolean;
    readonly proposedBy: string;
    /** Codes that an approval would meet now; a missing approver has none. */
    readonly waitingFor: readonly Code[];
    readonly decideBy: Instant;
    /** Zero without lines while the evidence does not suffice. */
    readonly score: number;
    /** Null while there is no band to be entered in: the evidence does not suffice, or scores zero. */
    readonly band: EnteredBand | null;
    readonly scoreLines: readonly ScoreLine[];
  };
}

/** What an entry rests on, whoever vouches for it. */
interface EntryFacts extends AgeStanding {
  readonly role: HarmRole;
  readonly band: EnteredBand;
  readonly score: number;
  readonly scoreLines: readonly ScoreLine[];
  /** Ids of the items that the entry rests on. */
  readonly countedEvidence: readonly string[];
  /** The group whose nexus items the decision could count: what depends on a group is found by it when the group lapses. */
  readonly group: GroupRead | null | NotRecorded;
  readonly childAuthority: string | null;
  readonly inCustody: boolean;
  readonly reviewDue: ReviewDue;
  readonly criteriaHoldUntil: Instant | null;
}

/** A person was entered on the word of a legacy file, until a logged-in supervisor attests. */
export interface LegacyEntryAsserted {
  readonly type: 'LegacyEntryAsserted';
  readonly skeleton: Skeleton;
  readonly case: EntryFacts & { readonly assertedApprovedBy: string; readonly attestBy: Instant };
}

/** A supervisor approved the entry. */
export interface EntryApproved {
  readonly type: 'EntryApproved';
  readonly skeleton: Skeleton;
  readonly case: EntryFacts & {
    readonly approvedBy: string;
    readonly attestationHash: string;
    readonly notification: Notification;
  };
}

/** The proposal was rejected; it is personal data still and is erased on its own clock. */
export interface EntryRejected {
  readonly type: 'EntryRejected';
  readonly skeleton: Skeleton & { readonly reasonFamily: ReasonFamily };
  readonly case: { readonly reasonCode: RejectionReason; readonly rejectedBy: string };
}

/** Every event of a harm record. */
export type EntryEvent = EntryProposed | LegacyEntryAsserted | EntryApproved | EntryRejected;
