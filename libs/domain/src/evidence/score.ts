import { addMonths } from '../calendar/local-date.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { Band } from '../model/clocks.js';
import type { OperatingModel, RecencyStep } from '../model/operating-model.js';
import type { EvidenceItem } from './item.js';
import type { Matter } from './vocabulary.js';

/** One line of the explanation of a score. The points of all lines add up to the score. */
export interface ScoreLine {
  readonly evidenceId: string;
  readonly matter: Matter | null;
  /** Points of the matter before recency, after the limit on intelligence reports. */
  readonly weight: number;
  /** Recency factor, 0 to 1. */
  readonly factor: number;
  readonly points: number;
  readonly why: ScoreReason;
}

/** Why a line has its points. */
export type ScoreReason =
  'SCORED' | 'LIMITED' | 'NO_MATTER' | 'KIND_NEVER_SCORES' | 'TOO_OLD' | 'SAME_SOURCE';

/** A score with its lines and its band. No rounding anywhere. */
export interface Score {
  readonly score: number;
  readonly band: Band;
  readonly lines: readonly ScoreLine[];
}

/**
 * The harm score of items that count, on a London date: weight of the matter times recency, one item a source, with
 * the limits on intelligence (docs/explanation/rules.md, score). Items that do not count must not be handed in. The order of items has no
 * influence.
 */
export function scoreOf(items: readonly EvidenceItem[], asOf: LocalDate, model: OperatingModel): Score {
  const lines = items.map((item) => lineOf(item, asOf, model));
  const scoring = bestOfEachSource(items, lines, model);
  const single = lines.map((line) => (scoring.has(line) || line.points === 0 ? line : sameSource(line)));
  const explained = limitIntelligence(items, single, model).sort(byPoints);
  const score = explained.reduce((total, { points }) => total + points, 0);
  const hasFact = items.some(({ basis }) => basis === 'FACT');
  return { score, band: bandOf(score, hasFact, model), lines: explained };
}

/**
 * The band of a score. Zero is ZERO; RED without a counted fact becomes AMBER, because assessments alone cannot reach
 * the highest band.
 */
export function bandOf(score: number, hasCountedFact: boolean, model: OperatingModel): Band {
  if (score <= 0) return 'ZERO';
  if (score >= model.bands.RED && (hasCountedFact || !model.redNeedsFact)) return 'RED';
  return score >= model.bands.AMBER ? 'AMBER' : 'GREEN';
}

/** The recency factor of an item: the kind's own steps where it has them, else the general ones up to its window. */
export function factorOf(item: EvidenceItem, asOf: LocalDate, model: OperatingModel): number {
  const window = model.kinds[item.kind].scoringWindow;
  if (window === null || addMonths(item.eventDate, window.months) <= asOf) return 0;
  return stepAt(window.steps ?? model.recency, item.eventDate, asOf);
}

function stepAt(steps: readonly RecencyStep[], eventDate: LocalDate, asOf: LocalDate): number {
  // On the anniversary itself the next, lower factor holds.
  for (const step of steps) if (asOf < addMonths(eventDate, step.beforeMonths)) return step.factor;
  return 0;
}

function lineOf(item: EvidenceItem, asOf: LocalDate, model: OperatingModel): ScoreLine {
  const { evidenceId, matter } = item;
  if (matter === null) return { evidenceId, matter, weight: 0, factor: 0, points: 0, why: 'NO_MATTER' };
  const full = model.matters[matter];
  // An intelligence report about grave violence is still intelligence: its weight is limited, then it ages.
  const isLimited = model.intelligence.kinds.includes(item.kind) && full > model.intelligence.weightMaximum;
  const weight = isLimited ? model.intelligence.weightMaximum : full;
  if (model.kinds[item.kind].scoringWindow === null) {
    return { evidenceId, matter, weight, factor: 0, points: 0, why: 'KIND_NEVER_SCORES' };
  }
  const factor = factorOf(item, asOf, model);
  const points = weight * factor;
  if (points === 0) return { evidenceId, matter, weight, factor, points, why: 'TOO_OLD' };
  return { evidenceId, matter, weight, factor, points, why: isLimited ? 'LIMITED' : 'SCORED' };
}

/** A source scores once, at its highest value; at equal value by the item that is not under the intelligence limit. */
function bestOfEachSource(
  items: readonly EvidenceItem[],
  lines: readonly ScoreLine[],
  model: OperatingModel,
): ReadonlySet<ScoreLine> {
  const best = new Map<string, { line: ScoreLine; item: EvidenceItem }>();
  lines.forEach((line, index) => {
    const item = items[index];
    if (item === undefined || line.points === 0) return;
    const current = best.get(item.rootOriginId);
    if (current === undefined || isBetter({ line, item }, current, model))
      best.set(item.rootOriginId, { line, item });
  });
  return new Set([...best.values()].map(({ line }) => line));
}

interface Scored {
  readonly line: ScoreLine;
  readonly item: EvidenceItem;
}

function isBetter(a: Scored, b: Scored, model: OperatingModel): boolean {
  if (a.line.points !== b.line.points) return a.line.points > b.line.points;
  const aIsIntelligence = isIntelligence(a.item, model);
  if (aIsIntelligence !== isIntelligence(b.item, model)) return !aIsIntelligence;
  return a.item.evidenceId < b.item.evidenceId;
}

/** All intelligence together scores no more than its limit: the highest lines first, the others what is left. */
function limitIntelligence(
  items: readonly EvidenceItem[],
  lines: readonly ScoreLine[],
  model: OperatingModel,
): ScoreLine[] {
  const intelligence = new Set(
    items.filter((item) => isIntelligence(item, model)).map(({ evidenceId }) => evidenceId),
  );
  let left = model.intelligence.totalMaximum;
  return [...lines].sort(byPoints).map((line) => {
    if (!intelligence.has(line.evidenceId)) return line;
    const points = Math.min(line.points, left);
    left -= points;
    return points < line.points ? { ...line, points, why: 'LIMITED' } : line;
  });
}

function isIntelligence(item: EvidenceItem, model: OperatingModel): boolean {
  const { kinds, matters } = model.intelligence;
  return kinds.includes(item.kind) || (item.matter !== null && matters.includes(item.matter));
}

function sameSource(line: ScoreLine): ScoreLine {
  return { ...line, points: 0, why: 'SAME_SOURCE' };
}

/** Highest points first, so that neither lines nor the last bit of their sum depend on the order of items. */
function byPoints(a: ScoreLine, b: ScoreLine): number {
  return b.points - a.points || (a.evidenceId < b.evidenceId ? -1 : 1);
}
