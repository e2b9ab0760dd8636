import type { Exclusion } from './classify.js';

/** What became of one item in a decision. */
export interface ItemLine {
  readonly evidenceId: string;
  readonly counted: boolean;
  /** In the set that the decision rests on; a counted item stays out only for the limit on D grades. */
  readonly used: boolean;
  readonly exclusions: readonly Exclusion[];
}

const SENTENCES: Readonly<Record<Exclusion, string>> = {
  EXPIRED: 'Not counted: past its shelf life.',
  HISTORIC_GRADE: 'Not counted: graded 5x5x5 and not yet regraded by a named evaluator.',
  KIND: 'Not counted: evidence of this kind never supports a harm role.',
  POLICE_ECHO: 'Not counted: police information that comes back through a partner is not a second source.',
  BASIS: 'Not counted: called a fact although its kind is an assessment.',
  GRADE: 'Not counted: the source is not reliable or the information is suspected to be false.',
  VERIFICATION: 'Not counted: verified by nobody, or by the person who submitted it.',
  LAWFULNESS: 'Not counted: not attested as lawfully obtained.',
  GROUP_NOT_CURRENT: 'Not counted: the group is not designated, too small, or its audit has lapsed.',
};

/** The line of an item in sentences for the people who decide and for the person concerned. */
export function explainItem(line: ItemLine): readonly string[] {
  if (line.used) return ['Counted, and relied on.'];
  if (line.counted) return ['Counted, and not relied on.'];
  return line.exclusions.map((exclusion) => SENTENCES[exclusion]);
}
