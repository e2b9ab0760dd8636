export type { Brand } from './brand.js';
export { parseGroupId, parseRecordId, shortReference } from './ids.js';
export type { GroupId, PolicyVersion, RecordId } from './ids.js';
export { BOROUGH_CODES, isBoroughCode, parseBoroughCode, whyOutside } from './borough.js';
export type { BoroughCode } from './borough.js';
export { CODES, isCode, sortedCodes } from './codes.js';
export type { Code, CodeEntry } from './codes.js';
export { accept, isRefusal, refuse } from './refusal.js';
export type { Acceptance, Decision, Reason, Refusal } from './refusal.js';

export { addDays, addMonths, compareDates, isRealDate, parseLocalDate } from './calendar/local-date.js';
export type { LocalDate } from './calendar/local-date.js';
export {
  addDaysToInstant,
  canonicalInstant,
  londonDateOf,
  startOfLondonDay,
} from './calendar/london-time.js';
export type { Instant } from './calendar/london-time.js';
export { AGE_CLASSES, ageClassOn, ageOn, isChild } from './calendar/age.js';
export type { AgeClass, AgeStanding } from './calendar/age.js';

export { loadOperatingModel, OperatingModelError } from './model/load-operating-model.js';
export type { ModelProblem } from './model/model-reader.js';
export { CLOCK_NAMES, VULNERABILITIES } from './model/operating-model.js';
export type { ClockName, KindRule, OperatingModel, Period, Vulnerability } from './model/operating-model.js';
export { BANDS, clockDue, reviewDueOf, safeguardingReviewDueOf, withholdFrom } from './model/clocks.js';
export type { Band, EntryClocks, ReviewDue } from './model/clocks.js';

export {
  ABOUTS,
  BASES,
  EVIDENCE_KINDS,
  isAbout,
  isEvidenceKind,
  isMatter,
  MATTERS,
  SOURCE_CLASSES,
} from './evidence/vocabulary.js';
export type { About, Basis, EvidenceKind, Matter, SourceClass } from './evidence/vocabulary.js';
export { parseGrade } from './evidence/grade.js';
export type { Grade, Grade3x5x2, Grade5x5x5 } from './evidence/grade.js';
export type { EvidenceItem } from './evidence/item.js';
export { isGroupCurrent } from './evidence/group-facts.js';
export type { GroupFacts } from './evidence/group-facts.js';
export { classify } from './evidence/classify.js';
export type { Classification, Exclusion } from './evidence/classify.js';
export { MISSING_PARTS } from './evidence/conditions.js';
export type { MissingPart } from './evidence/conditions.js';
export { assessSufficiency } from './evidence/sufficiency.js';
export type { Sufficiency } from './evidence/sufficiency.js';
export { explainItem } from './evidence/explanation.js';
export type { ItemLine } from './evidence/explanation.js';
export { bandOf, scoreOf } from './evidence/score.js';
export type { Score, ScoreLine, ScoreReason } from './evidence/score.js';
export { criteriaHoldUntil } from './evidence/criteria-hold.js';

export { decideLogUse, decideLook } from './access/decide-look.js';
export type { GrantedLook, ListFamily, Look, Looker } from './access/decide-look.js';
export { LOG_PURPOSES, LOOK_PURPOSES } from './access/purposes.js';
export type { LogPurpose, LookPurpose } from './access/purposes.js';

export { roleFamilyOf } from './role/role-family.js';
export type { RoleFamily } from './role/role-family.js';
export { roleLabelOf, ROLES } from './role/roles.js';
export type { HarmRole, Role, SafeguardingRole } from './role/roles.js';

export { decideEntry } from './entry/decide.js';
export { evolveEntry, initialEntry } from './entry/state.js';
export type { EntryState } from './entry/state.js';
export { REJECTION_REASONS } from './entry/events.js';
export type {
  EntryApproved,
  EntryEvent,
  EntryProposed,
  EntryRejected,
  GroupRead,
  LegacyEntryAsserted,
  Notification,
  ReasonFamily,
  RejectionReason,
} from './entry/events.js';
export type {
  ApproveEntry,
  EntryCommands,
  ImportEntry,
  ProposeEntry,
  RejectEntry,
} from './entry/commands.js';

export { decideSafeguarding } from './safeguarding/decide.js';
export type { RegisterEntry } from './safeguarding/decide.js';
export { evolveSafeguarding, initialSafeguarding } from './safeguarding/state.js';
export type { SafeguardingState } from './safeguarding/state.js';
export type { EntryRegistered, SafeguardingEvent, VulnerabilityFinding } from './safeguarding/events.js';
export type { NotRecorded } from './not-recorded.js';

export { decideGroup } from './group/decide.js';
export type { AuditGroup, DesignateGroup, GroupCommands } from './group/decide.js';
export { evolveGroup, groupFactsOf, initialGroup } from './group/state.js';
export type { DesignatedGroup, GroupState } from './group/state.js';
export type { GroupAudited, GroupDesignated, GroupEvent } from './group/events.js';

export { whyNotDestroyed, whyNotFenced, whyNotLifted } from './erasure/decide.js';
export { evolveEnd, initialEnd } from './erasure/state.js';
export type { EndState } from './erasure/state.js';

export { importOutcome } from './import-outcome.js';
export type { ImportOutcome } from './import-outcome.js';
