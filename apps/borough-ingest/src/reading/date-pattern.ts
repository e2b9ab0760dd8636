import { isRealDate } from '@probity/domain';
import type { LocalDate } from '@probity/domain';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TOKENS = ['YYYY', 'YY', 'MON', 'MM', 'DD'] as const;
type Token = (typeof TOKENS)[number];

/** A written form of dates. `read` gives `YYYY-MM-DD`, or null where the text is not a real date in just this form. */
export interface DatePattern {
  readonly pattern: string;
  read(text: string): LocalDate | null;
  /** Writes an ISO date in this form; with `YY` the century is lost. */
  write(isoDate: string): string;
}

function tokenise(pattern: string): (Token | { literal: string })[] {
  const parts: (Token | { literal: string })[] = [];
  for (let at = 0; at < pattern.length;) {
    const token = TOKENS.find((candidate) => pattern.startsWith(candidate, at));
    parts.push(token ?? { literal: pattern.charAt(at) });
    at += token?.length ?? 1;
  }
  return parts;
}

/** Lists what is wrong with a pattern; empty when one day, one month, one year and only separators stand in it. */
export function patternFaults(pattern: string, twoDigitYearsUpTo: number | undefined): string[] {
  const parts = tokenise(pattern);
  const count = (...tokens: Token[]): number =>
    parts.filter((part) => typeof part === 'string' && tokens.includes(part)).length;
  const faults: string[] = [];
  if (count('DD') !== 1) faults.push('the date pattern needs DD exactly once');
  if (count('MM', 'MON') !== 1) faults.push('the date pattern needs one of MM and MON exactly once');
  if (count('YYYY', 'YY') !== 1) faults.push('the date pattern needs one of YYYY and YY exactly once');
  if (parts.some((part) => typeof part !== 'string' && /[\p{L}\p{N}]/u.test(part.literal))) {
    faults.push('the date pattern has a letter or digit that is none of DD, MM, MON, YY, YYYY');
  }
  if (count('YY') === 1 && twoDigitYearsUpTo === undefined) {
    faults.push('a pattern with YY needs twoDigitYearsUpTo, the last two-digit year that is 20yy');
  }
  return faults;
}

const GROUP: Record<Token, string> = {
  YYYY: '(?<year>[0-9]{4})',
  YY: '(?<short>[0-9]{2})',
  MM: '(?<month>[0-9]{2})',
  MON: `(?<name>${MONTHS.join('|')})`,
  DD: '(?<day>[0-9]{2})',
};

/**
 * Compiles a pattern of the tokens DD, MM, MON (`Jan` to `Dec`, letter for letter), YY and YYYY. Two-digit years up to
 * `twoDigitYearsUpTo` are 20yy, others 19yy. Call {@link patternFaults} first: a faulty pattern is a bug here.
 */
export function compileDatePattern(pattern: string, twoDigitYearsUpTo = 0): DatePattern {
  const parts = tokenise(pattern);
  const source = parts.map((part) =>
    typeof part === 'string' ? GROUP[part] : part.literal.replace(/[^\p{L}\p{N}]/u, '\\$&'),
  );
  const form = new RegExp(`^${source.join('')}$`);
  return {
    pattern,
    read(text) {
      const found = form.exec(text)?.groups;
      if (found === undefined) return null;
      const { year, short, month, name, day } = found;
      const century = Number(short) <= twoDigitYearsUpTo ? '20' : '19';
      const monthText = month ?? String(MONTHS.indexOf(name ?? '') + 1).padStart(2, '0');
      const iso = `${year ?? `${century}${short ?? ''}`}-${monthText}-${day ?? ''}`;
      return isRealDate(iso) ? iso : null;
    },
    write(isoDate) {
      const [year = '', month = '', day = ''] = isoDate.split('-');
      const text: Record<Token, string> = {
        YYYY: year,
        YY: year.slice(2),
        MM: month,
        MON: MONTHS[Number(month) - 1] ?? '',
        DD: day,
      };
      return parts.map((part) => (typeof part === 'string' ? text[part] : part.literal)).join('');
    },
  };
}
