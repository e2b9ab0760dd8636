import type { LocalDate } from '../calendar/local-date.js';
import { sortedCodes } from '../codes.js';
import type { Code } from '../codes.js';
import type { OperatingModel } from '../model/operating-model.js';
import { classify } from './classify.js';
import type { Classification, Exclusion } from './classify.js';
import { chooseSet } from './choice.js';
import { examineSet, MISSING_PARTS } from './conditions.js';
import type { MissingPart, SetFacts } from './conditions.js';
import type { ItemLine } from './explanation.js';
import { isGroupCurrent } from './group-facts.js';
import type { GroupFacts } from './group-facts.js';
import type { EvidenceItem } from './item.js';

/** Whether evidence suffices for a harm role on a date, and why. */
export interface Sufficiency {
  readonly sufficient: boolean;
  /** The complete sorted set of reasons; empty when the evidence suffices. */
  readonly codes: readonly Code[];
  /** The failed parts, in the order of {@link MISSING_PARTS}; empty when the evidence suffices. */
  readonly missing: readonly MissingPart[];
  /** Distinct root origins among the counted items. */
  readonly independentSources: number;
  readonly countedEvidence: readonly string[];
  /** The set that the decision rests on, by evidence id; empty when nothing suffices. */
  readonly chosen: readonly EvidenceItem[];
  /** One line an item, in the order given. */
  readonly lines: readonly ItemLine[];
}

interface Examined {
  readonly item: EvidenceItem;
  readonly standing: Classification;
}

/**
 * The sufficiency rule of docs/explanation/rules.md, evidence on a London date: pure, and independent of the order of items. `group` is the
 * group that nexus items speak of, null when it was never designated.
 */
export function assessSufficiency(
  items: readonly EvidenceItem[],
  group: GroupFacts | null,
  asOf: LocalDate,
  model: OperatingModel,
): Sufficiency {
  const groupIsCurrent = isGroupCurrent(group, asOf, model);
  const examined = items.map((item) => ({ item, standing: classify(item, asOf, model, groupIsCurrent) }));
  const counted = examined.filter(({ standing }) => standing.counted).map(({ item }) => item);
  const facts = examineSet(counted, model);
  const chosen = facts.failed.length === 0 ? chooseSet(counted, asOf, model) : null;
  return {
    sufficient: chosen !== null,
    codes: chosen === null ? codesOf(examined, counted, facts) : [],
    missing: chosen === null ? missingOf(examined, facts, groupIsCurrent) : [],
    independentSources: facts.sources,
    countedEvidence: counted.map(({ evidenceId }) => evidenceId).sort(),
    chosen: chosen ?? [],
    lines: examined.map((each) => lineOf(each, chosen)),
  };
}

function codesOf(
  examined: readonly Examined[],
  counted: readonly EvidenceItem[],
  facts: SetFacts,
): readonly Code[] {
  const codes: Code[] = ['EVD-001'];
  const failed = new Set(facts.failed);
  if (failed.has('INDEPENDENT_SOURCE') && counted.length > facts.sources) codes.push('EVD-003');
  const onlyLimitFails = facts.failed.length === 0;
  if (counted.length > 0 && (failed.has('STRONG_GRADE') || onlyLimitFails)) codes.push('EVD-004');
  if (counted.length > 0 && failed.has('VIOLENCE_OR_WEAPON')) codes.push('EVD-005');
  for (const { standing } of examined) codes.push(...standing.codes);
  return sortedCodes(codes);
}

const PART_OF_EXCLUSION: Partial<Record<Exclusion, MissingPart>> = {
  EXPIRED: 'UNEXPIRED_ITEM',
  HISTORIC_GRADE: 'REGRADED_ITEM',
  POLICE_ECHO: 'ITEM_NOT_OF_POLICE_ORIGIN',
  GROUP_NOT_CURRENT: 'CURRENT_GROUP',
};

function missingOf(
  examined: readonly Examined[],
  facts: SetFacts,
  groupIsCurrent: boolean,
): readonly MissingPart[] {
  const missing = new Set<MissingPart>(facts.failed);
  if (facts.failed.length === 0) missing.add('ONE_D_AT_MOST');
  if (!groupIsCurrent) missing.add('CURRENT_GROUP');
  for (const { standing } of examined) {
    for (const exclusion of standing.exclusions) {
      const part = PART_OF_EXCLUSION[exclusion];
      if (part !== undefined) missing.add(part);
    }
  }
  return MISSING_PARTS.filter((part) => missing.has(part));
}

function lineOf({ item, standing }: Examined, chosen: readonly EvidenceItem[] | null): ItemLine {
  const used = chosen?.includes(item) ?? false;
  return { evidenceId: item.evidenceId, counted: standing.counted, used, exclusions: standing.exclusions };
}
