import type { LocalDate } from '../calendar/local-date.js';
import type { OperatingModel } from '../model/operating-model.js';
import { examineSet, isLimited } from './conditions.js';
import type { EvidenceItem } from './item.js';
import { scoreOf } from './score.js';

interface Candidate {
  readonly items: readonly EvidenceItem[];
  /** The one item of limited grade in it, if any. */
  readonly limited: EvidenceItem | null;
}

/**
 * The set that a decision rests on: among the sets of counted items that meet the sufficiency rule with as many D
 * grades as allowed, the one with the highest score; null when there is none.
 *
 * More items never break a condition, so every item without a D is in; only which D joins them is a choice. At equal
 * scores the set with more to rest on is taken: with a D rather than without, a fact rather than an assessment, the
 * later event, and last by reference, so that the order of items has no influence.
 */
export function chooseSet(
  counted: readonly EvidenceItem[],
  asOf: LocalDate,
  model: OperatingModel,
): readonly EvidenceItem[] | null {
  const limited = counted.filter((item) => isLimited(item, model));
  if (limited.length === 0) return counted;
  const free = counted.filter((item) => !isLimited(item, model));
  const candidates: Candidate[] = [{ items: free, limited: null }];
  if (model.sufficiency.limitedMaximum > 0) {
    for (const item of limited) candidates.push({ items: [...free, item], limited: item });
  }
  const satisfying = candidates.filter(({ items }) => examineSet(items, model).failed.length === 0);
  const scored = satisfying.map((candidate) => ({
    candidate,
    score: scoreOf(candidate.items, asOf, model).score,
  }));
  scored.sort((a, b) => b.score - a.score || compareLimited(a.candidate.limited, b.candidate.limited));
  return scored[0]?.candidate.items ?? null;
}

function compareLimited(a: EvidenceItem | null, b: EvidenceItem | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  if (a.basis !== b.basis) return a.basis === 'FACT' ? -1 : 1;
  return (
    compareTexts(b.eventDate, a.eventDate) ||
    compareTexts(a.sourceRef, b.sourceRef) ||
    compareTexts(a.evidenceId, b.evidenceId)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
