import { BOROUGH_CODES } from '@probity/messaging';
import { SeededRandom } from '@probity/testing';
import {
  KINDS,
  SESSIONS,
  TARGETS,
  TWINS,
  type Fault,
  type Family,
  type Moment,
  type Trouble,
} from './fault.js';

/** What one seed does: one borough's import, and one to three faults in it. */
export interface Plan {
  seed: number;
  borough: string;
  faults: Fault[];
}

/** The first faults of seeds in turn: every kind, and the crash of a process more often than others. */
const FIRST: readonly Trouble['kind'][] = [...KINDS, 'kill', 'freeze', 'kill', 'kill'];

/** Faults that take the broker away; one of them is enough for one import. */
const TAKES_BROKER: readonly Trouble['kind'][] = ['restart-broker', 'lost-lock'];

/** The plan of a seed; the same on every machine. 32 seeds in a row have different boroughs and begin with every kind in turn. */
export function planOf(seed: number): Plan {
  const random = new SeededRandom(`soak/${String(seed)}`);
  const borough = BOROUGH_CODES[(seed - 1) % BOROUGH_CODES.length] ?? '';
  const first = FIRST[(seed * 7) % FIRST.length] ?? 'kill';
  const wanted = random.pick([1, 1, 1, 2, 2, 3]);
  const kinds: Trouble['kind'][] = [first];
  for (const kind of random.shuffled(KINDS)) {
    if (kinds.length >= wanted) break;
    if (!kinds.includes(kind) && !isTooMuch(kind, kinds)) kinds.push(kind);
  }
  const faults = kinds.map((kind) => ({ ...troubleOf(kind, random), moment: momentOf(kind, random) }));
  return { seed, borough, faults };
}

function isTooMuch(kind: Trouble['kind'], kinds: readonly Trouble['kind'][]): boolean {
  const isBoth = kind === 'second' || kind === 'import-twice';
  if (isBoth && kinds.some((other) => other === 'second' || other === 'import-twice')) return true;
  return TAKES_BROKER.includes(kind) && kinds.some((other) => TAKES_BROKER.includes(other));
}

function troubleOf(kind: Trouble['kind'], random: SeededRandom): Trouble {
  const family = random.pick<Family>(['matrix', 'matrix', 'safeguarding']);
  switch (kind) {
    case 'kill':
      return { kind, target: random.pick(TARGETS), downMs: random.pick([0, 300, 1_500]) };
    case 'freeze':
      return { kind, target: random.pick(TARGETS), holdMs: random.pick([300, 1_000, 3_000, 7_000]) };
    case 'restart-broker':
      return { kind, downMs: random.pick([0, 500]) };
    case 'drop-sessions':
      return { kind, whose: random.pick(SESSIONS), times: random.between(1, 3) };
    case 'slow-disk':
      return { kind, holdMs: random.between(2_000, 4_000) };
    case 'lost-lock':
      return { kind, holdMs: random.pick([500, 2_000, 4_000, 7_000]) };
    case 'second':
      return { kind, target: random.pick(TWINS), holdMs: random.pick([1_000, 3_000, 7_000]) };
    case 'send-again':
      return { kind, family, records: random.between(1, 200) };
    case 'hold-topic':
      return { kind, family, holdMs: random.between(1_000, 3_000) };
    case 'clock':
      return { kind, minutes: random.between(1, 15) };
    case 'import-twice':
    case 'kill-person':
      return { kind };
    default:
      throw new Error(`no such trouble as ${String(kind satisfies never)}`);
  }
}

function momentOf(kind: Trouble['kind'], random: SeededRandom): Moment {
  const delayMs = random.between(0, random.pick([50, 150, 400]));
  const isEarly = kind === 'import-twice' || kind === 'slow-disk';
  const reached = random.pick<Moment['reached']>(
    isEarly ? ['announced'] : ['announced', 'committed', 'committed', 'committed', 'sent', 'projected'],
  );
  const share = reached === 'announced' ? 0 : random.between(1, 100) / 100;
  // A record can be sent again only once one has been sent; the relay has something in hand once something is committed.
  if (kind === 'send-again') return { reached: 'sent', share: share || 0.5, delayMs };
  if (kind === 'lost-lock') return { reached: 'committed', share: Math.min(share || 0.2, 0.8), delayMs: 0 };
  return { reached, share, delayMs };
}
