import { AGE_CLASSES } from '../calendar/age.js';
import { sortedCodes } from '../codes.js';
import type { Code } from '../codes.js';
import { ABOUTS, BASES, EVIDENCE_KINDS, MATTERS, SOURCE_CLASSES } from '../evidence/vocabulary.js';
import type { PolicyVersion } from '../ids.js';
import { AGE_REQUIREMENTS, CLOCK_NAMES, VULNERABILITIES } from './operating-model.js';
import type { KindRule, OperatingModel, Period, RecencyStep, SafeguardingRule } from './operating-model.js';
import { each, flag, list, note, nullable, number, object, oneOf, text, whole } from './model-reader.js';
import type { ModelProblem, ReadValue } from './model-reader.js';

/** An operating model that cannot be used. Lists every problem found, not only the first. */
export class OperatingModelError extends Error {
  /** Sorted codes of the problems: SCH-002, SCH-003 or GOV-004. */
  readonly codes: readonly Code[];

  constructor(readonly problems: readonly ModelProblem[]) {
    super(
      `Operating model refused: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}.`,
    );
    this.name = 'OperatingModelError';
    this.codes = sortedCodes(problems.map(({ code }) => code));
  }
}

const MAX_MONTHS = 120;
const MAX_DAYS = 731;
const MAX_POINTS = 1000;
const LETTERS = ['A', 'B', 'C', 'D', 'E'] as const;

const months = whole(1, MAX_MONTHS);
const steps = list<RecencyStep>(object({ beforeMonths: months, factor: number(0, 1) }), 1);

const kind: ReadValue<KindRule> = object<KindRule>({
  basis: oneOf(BASES),
  mayQualify: flag,
  neverCode: nullable(oneOf(['EVD-002', 'EVD-006', 'EVD-007'])),
  countsFromPolice: flag,
  isStored: flag,
  shelfLifeMonths: nullable(months),
  scoringWindow: nullable(object({ months, steps: nullable(steps) })),
});

const period: ReadValue<Period> = object<Period>(
  { unit: oneOf(['days']), adult: whole(1, MAX_DAYS, 'GOV-004'), under18: whole(1, MAX_DAYS, 'GOV-004') },
  'GOV-004',
);

const safeguardingRule: ReadValue<SafeguardingRule> = object<SafeguardingRule>({
  kinds: list(oneOf(EVIDENCE_KINDS), 1),
  sourceClasses: list(oneOf(SOURCE_CLASSES), 1),
});

const sourceGrades = list(oneOf([1, 2, 3]));

interface ModelFile extends Omit<OperatingModel, 'policyVersion'> {
  readonly $schema: string;
}

const modelFile: ReadValue<ModelFile> = object<ModelFile>({
  $schema: text,
  version: text,
  title: text,
  ruleset: oneOf([1]),
  kinds: each(EVIDENCE_KINDS, kind),
  matters: each(MATTERS, number(0, MAX_POINTS)),
  recency: steps,
  intelligence: object({
    kinds: list(oneOf(EVIDENCE_KINDS)),
    matters: list(oneOf(MATTERS)),
    weightMaximum: number(0, MAX_POINTS),
    totalMaximum: number(0, MAX_POINTS),
  }),
  bands: object({ RED: number(0, MAX_POINTS), AMBER: number(0, MAX_POINTS) }),
  redNeedsFact: flag,
  sufficiency: object({
    independentSources: whole(2, 10),
    // Above two, organisations would have to be matched to sources one by one; the rules do not claim to.
    organisationsUnlessFact: whole(1, 2),
    neverCountedSources: sourceGrades,
    neverCountedInformation: list(oneOf(LETTERS)),
    strongSources: sourceGrades,
    strongInformation: list(oneOf(LETTERS)),
    limitedInformation: oneOf(LETTERS),
    // The choice among sets is made for one such item at most.
    limitedMaximum: whole(0, 1),
    behaviour: list(oneOf(ABOUTS), 1),
  }),
  group: object({ auditMonths: months, minimumMembers: whole(1, 100) }),
  police: object({ organisations: list(text, 1) }),
  convictedRole: object({ withinMonths: months, about: list(oneOf(ABOUTS), 1) }),
  safeguarding: object({
    roles: each(['VICTIM', 'AT_RISK'] as const, safeguardingRule),
    unassessedVulnerability: object({ adult: oneOf(VULNERABILITIES), under18: oneOf(VULNERABILITIES) }),
  }),
  ages: each(AGE_CLASSES, oneOf(AGE_REQUIREMENTS)),
  clocks: each(CLOCK_NAMES, period, 'GOV-004'),
});

/**
 * Reads the JSON text of an operating model. `hash` is the hash of exactly this text, computed by whoever read the
 * file; it becomes the policy version. The model is closed: an unknown field is refused (SCH-002), so is a value out
 * of bounds (SCH-003), and a model without every period cannot be used (GOV-004, R-33).
 *
 * Throws {@link OperatingModelError} with all problems: a deployment without a usable model must not start.
 */
export function loadOperatingModel(modelText: string, hash: string): OperatingModel {
  const problems: ModelProblem[] = [];
  const read = modelFile(parseJson(modelText), '', problems);
  if (problems.length === 0) checkTogether(read, problems);
  if (hash.trim() === '') note(problems, 'SCH-003', 'hash', 'must name the exact text of the model');
  if (problems.length > 0) throw new OperatingModelError(problems);
  const { $schema: _schema, ...model } = read;
  return deepFreeze({ ...model, policyVersion: hash as PolicyVersion });
}

/** What one field alone cannot show. */
function checkTogether(model: ModelFile, problems: ModelProblem[]): void {
  checkSteps(model.recency, 'recency', problems);
  if (model.bands.AMBER > model.bands.RED) note(problems, 'SCH-003', 'bands', 'must rise from AMBER to RED');
  for (const name of EVIDENCE_KINDS) {
    const { mayQualify, neverCode, shelfLifeMonths, isStored, scoringWindow } = model.kinds[name];
    const path = `kinds.${name}`;
    if (mayQualify === (neverCode !== null))
      note(problems, 'SCH-003', path, 'has a neverCode or may qualify');
    if (isStored && shelfLifeMonths === null)
      note(problems, 'GOV-004', path, 'is stored but has no shelf life');
    if (mayQualify && !isStored) note(problems, 'SCH-003', path, 'may qualify but is not stored');
    if (scoringWindow?.steps) checkSteps(scoringWindow.steps, `${path}.scoringWindow.steps`, problems);
  }
}

function checkSteps(given: readonly RecencyStep[], path: string, problems: ModelProblem[]): void {
  const isRising = given.every(
    (step, index) => index === 0 || step.beforeMonths > (given[index - 1]?.beforeMonths ?? 0),
  );
  if (!isRising) note(problems, 'SCH-003', path, 'must rise in months');
}

function parseJson(modelText: string): unknown {
  try {
    return JSON.parse(modelText);
  } catch {
    throw new OperatingModelError([{ code: 'SCH-003', path: 'model', message: 'is not JSON' }]);
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
