import type { LocalDate } from '../calendar/local-date.js';
import type { Grade } from './grade.js';
import type { About, Basis, EvidenceKind, Matter, SourceClass } from './vocabulary.js';

/** One piece of evidence as it is stored with a record (sealed `case` group). */
export interface EvidenceItem {
  readonly evidenceId: string;
  readonly kind: EvidenceKind;
  readonly basis: Basis;
  /** Reference of the source document. */
  readonly sourceRef: string;
  /** The original submission behind the item: items with one root are one source. */
  readonly rootOriginId: string;
  readonly originOrg: string;
  readonly sourceClass: SourceClass;
  readonly grade: Grade;
  /** Shelf life and recency run from this date. */
  readonly eventDate: LocalDate;
  readonly receivedAt: LocalDate;
  readonly submittedBy: string;
  /** Null when nobody verified it; must differ from the submitter to count. */
  readonly verifiedBy: string | null;
  readonly about: About;
  /** The scored matter, if any. */
  readonly matter: Matter | null;
  readonly lawfullyObtained: boolean;
}
