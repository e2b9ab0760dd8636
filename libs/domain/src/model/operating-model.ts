import type { AgeClass } from '../calendar/age.js';
import type { Code } from '../codes.js';
import type { InformationLetter } from '../evidence/grade.js';
import type { About, Basis, EvidenceKind, Matter, SourceClass } from '../evidence/vocabulary.js';
import type { PolicyVersion } from '../ids.js';
import type { SafeguardingRole } from '../role/roles.js';

/** A factor that holds while fewer than `beforeMonths` calendar months have passed since the event date. */
export interface RecencyStep {
  readonly beforeMonths: number;
  readonly factor: number;
}

/** For how long an item of a kind scores, and by which steps; null steps mean the general ones. */
export interface ScoringWindow {
  readonly months: number;
  readonly steps: readonly RecencyStep[] | null;
}

/** What the operating model says of one kind of evidence. */
export interface KindRule {
  readonly basis: Basis;
  /** Whether an item of the kind may count towards a harm role. */
  readonly mayQualify: boolean;
  /** The reason given when an item of the kind is offered for a harm role; null for kinds that may qualify. */
  readonly neverCode: Code | null;
  /** Whether an item that came from a police organisation counts as this kind. */
  readonly countsFromPolice: boolean;
  /** Whether an item of the kind may be kept at all. */
  readonly isStored: boolean;
  /** Calendar months from the event date until the item expires; null when it never counts and so never expires. */
  readonly shelfLifeMonths: number | null;
  /** Null when the kind never scores. */
  readonly scoringWindow: ScoringWindow | null;
}

/** The constants of the sufficiency rule (docs/explanation/rules.md, evidence). */
export interface SufficiencyRule {
  readonly independentSources: number;
  readonly organisationsUnlessFact: number;
  readonly neverCountedSources: readonly number[];
  readonly neverCountedInformation: readonly InformationLetter[];
  readonly strongSources: readonly number[];
  readonly strongInformation: readonly InformationLetter[];
  readonly limitedInformation: InformationLetter;
  readonly limitedMaximum: number;
  readonly behaviour: readonly About[];
}

/** What counts as intelligence for scoring, and the most that it may score. */
export interface IntelligenceCap {
  readonly kinds: readonly EvidenceKind[];
  readonly matters: readonly Matter[];
  /** Most that an item of the kinds above weighs before recency, whatever its matter. */
  readonly weightMaximum: number;
  /** Most points of all intelligence together, after recency. */
  readonly totalMaximum: number;
}

/** Lowest scores of the two upper bands; above zero and below both is GREEN, zero is ZERO. */
export interface BandThresholds {
  readonly RED: number;
  readonly AMBER: number;
}

/** A period with its value for adults and for people under 18. Days are London calendar days. */
export interface Period {
  readonly unit: 'days';
  readonly adult: number;
  readonly under18: number;
}

/** Every clock of the model, by name. A model without one of them is refused (GOV-004, R-33). */
export const CLOCK_NAMES = [
  'proposalTarget',
  'proposalDecision',
  'legacyAttestation',
  'reviewRed',
  'reviewAmber',
  'reviewGreen',
  'safeguardingReview',
  'reviewOverdueWithheldFromPartners',
  'reviewOverdueWithheldFromMatrix',
  'reviewOverdueRemoval',
  'criteriaLapseRemoval',
  'zeroScoreRemoval',
  'restrictionReview',
  'removedToErased',
  'rejectedToErased',
] as const;

/** One of {@link CLOCK_NAMES}. */
export type ClockName = (typeof CLOCK_NAMES)[number];

/** What an age class needs before a person may be entered in a harm role. */
export const AGE_REQUIREMENTS = ['NEVER', 'CENTRAL_AUTHORITY', 'CHILD_AUTHORITY', 'NONE'] as const;

/** One of {@link AGE_REQUIREMENTS}. */
export type AgeRequirement = (typeof AGE_REQUIREMENTS)[number];

/** Degrees of the safeguarding register. Not a score and not comparable with a band. */
export const VULNERABILITIES = ['HIGH', 'STANDARD'] as const;

/** One of {@link VULNERABILITIES}. */
export type Vulnerability = (typeof VULNERABILITIES)[number];

/** Evidence that holds a safeguarding role: one counted item of these kinds, from these sources. */
export interface SafeguardingRule {
  readonly kinds: readonly EvidenceKind[];
  readonly sourceClasses: readonly SourceClass[];
}

/** One version of the operating model: every number that a rule reads, validated and with the hash of its text. */
export interface OperatingModel {
  readonly policyVersion: PolicyVersion;
  readonly version: string;
  readonly title: string;
  readonly ruleset: 1;
  readonly kinds: Readonly<Record<EvidenceKind, KindRule>>;
  readonly matters: Readonly<Record<Matter, number>>;
  readonly recency: readonly RecencyStep[];
  readonly intelligence: IntelligenceCap;
  readonly bands: BandThresholds;
  readonly redNeedsFact: boolean;
  readonly sufficiency: SufficiencyRule;
  readonly group: { readonly auditMonths: number; readonly minimumMembers: number };
  readonly police: { readonly organisations: readonly string[] };
  readonly convictedRole: { readonly withinMonths: number; readonly about: readonly About[] };
  readonly safeguarding: {
    readonly roles: Readonly<Record<SafeguardingRole, SafeguardingRule>>;
    readonly unassessedVulnerability: { readonly adult: Vulnerability; readonly under18: Vulnerability };
  };
  readonly ages: Readonly<Record<AgeClass, AgeRequirement>>;
  readonly clocks: Readonly<Record<ClockName, Period>>;
}
