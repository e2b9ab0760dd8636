import type { AlarmCode } from './alarm-codes.js';

/** Something that is not as it was or not as it should be. */
export interface Finding {
  readonly code: AlarmCode;
  /** Where: `matrix.E09000012/0@17`, `events.event 4711`, `matrix.entry <record id>`. One finding a code and place. */
  readonly place: string;
  /** What was found, in words, without a full stop; never anything about a person. */
  readonly sentence: string;
}

/** At most `limit` findings by name and one that counts the rest, so that a great loss does not drown the reader. */
export function capped(findings: readonly Finding[], limit: number, area: string): Finding[] {
  const [first] = findings;
  if (first === undefined || findings.length <= limit) return [...findings];
  const rest = findings.length - limit;
  const others = findings.slice(limit);
  const codes = [...new Set(others.map(({ code }) => code))].sort().join(', ');
  return [
    ...findings.slice(0, limit),
    {
      code: others[0]?.code ?? first.code,
      place: `${area}, ${String(rest)} more`,
      sentence: `${String(rest)} more findings (${codes}) of the same check are not listed one by one`,
    },
  ];
}
