/** National 3x5x2 grading: source 1 reliable, 2 untested, 3 not reliable; information A to E; handling P or C. */
export interface Grade3x5x2 {
  readonly scheme: '3x5x2';
  readonly source: 1 | 2 | 3;
  readonly information: InformationLetter;
  readonly handling: 'P' | 'C';
  /** Action and sanitisation codes under handling C; without one, C is read as consult the originator. */
  readonly conditions: readonly string[];
}

/** Historic 5x5x5 grading. It counts for nothing until a named evaluator regrades the item; there is no mapping. */
export interface Grade5x5x5 {
  readonly scheme: '5x5x5';
  readonly source: InformationLetter;
  readonly information: FivePoint;
  readonly handling: FivePoint;
}

/** A letter A to E. */
export type InformationLetter = 'A' | 'B' | 'C' | 'D' | 'E';
/** A digit 1 to 5. */
export type FivePoint = 1 | 2 | 3 | 4 | 5;
/** An intelligence grade in either scheme. */
export type Grade = Grade3x5x2 | Grade5x5x5;

const CURRENT = /^([1-3])([A-E]) ([PC])$/;
const HISTORIC = /^([A-E])([1-5])\/([1-5])$/;

/**
 * Reads a grade as lists write it: `1A P` (source, information, space, handling) or the historic `B2/4`. Null for any
 * other text, letter for letter. Lists carry no handling conditions, so `conditions` is empty.
 */
export function parseGrade(text: string): Grade | null {
  const current = CURRENT.exec(text);
  if (current !== null) {
    return {
      scheme: '3x5x2',
      source: Number(current[1]) as 1 | 2 | 3,
      information: current[2] as InformationLetter,
      handling: current[3] as 'P' | 'C',
      conditions: [],
    };
  }
  const historic = HISTORIC.exec(text);
  if (historic === null) return null;
  return {
    scheme: '5x5x5',
    source: historic[1] as InformationLetter,
    information: Number(historic[2]) as FivePoint,
    handling: Number(historic[3]) as FivePoint,
  };
}
