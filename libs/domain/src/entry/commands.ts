import type { AgeStanding } from '../calendar/age.js';
import type { Instant } from '../calendar/london-time.js';
import type { BoroughCode } from '../borough.js';
import type { GroupFacts } from '../evidence/group-facts.js';
import type { EvidenceItem } from '../evidence/item.js';
import type { RecordId } from '../ids.js';
import type { Notification, RejectionReason } from './events.js';

interface EntryCommand {
  readonly recordId: RecordId;
  readonly borough: BoroughCode;
  /** The instant of the decision; its London date is the as-of date of every rule. */
  readonly decidedAt: Instant;
}

/** What is known of a person when they are proposed. The age class comes in; the birth date never does. */
interface ProposalFacts extends EntryCommand, AgeStanding {
  /** Person type in canonical words, e.g. `Nominal`. */
  readonly personType: string;
  readonly proposedBy: string;
  readonly evidence: readonly EvidenceItem[];
  /** The group that nexus items speak of; null when none was named or it was never designated. */
  readonly group: GroupFacts | null;
  readonly inCustody: boolean;
}

/** A borough officer proposes one person for the list. */
export interface ProposeEntry extends ProposalFacts {
  readonly type: 'ProposeEntry';
}

/** One row of a legacy file. What it says of approval is an assertion, and enters only in an open window. */
export interface ImportEntry extends ProposalFacts {
  readonly type: 'ImportEntry';
  readonly window: { readonly open: boolean };
  /** Approver as the file says; null when nobody approved. */
  readonly approvedBy: string | null;
  /** Officer with child authority as the file says; null when nobody is named. */
  readonly childAuthority: string | null;
}

/** A supervisor approves a proposal, with a written attestation and a decision on telling the person. */
export interface ApproveEntry extends EntryCommand, AgeStanding {
  readonly type: 'ApproveEntry';
  readonly approvedBy: string;
  readonly actorKind: 'human' | 'service';
  /** Hash of the written attestation; the text itself is kept elsewhere. */
  readonly attestationHash: string;
  readonly notification: Notification;
  readonly childAuthority: string | null;
  /** The group as it stands now. */
  readonly group: GroupFacts | null;
  readonly inCustody: boolean;
}

/** A proposal is turned down, or its clock ran out. */
export interface RejectEntry extends EntryCommand {
  readonly type: 'RejectEntry';
  readonly rejectedBy: string;
  readonly reasonCode: RejectionReason;
}

/** Every command on a harm record. */
export type EntryCommands = ProposeEntry | ImportEntry | ApproveEntry | RejectEntry;
