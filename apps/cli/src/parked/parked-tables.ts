import { renderTable, type Column } from '../output/table.js';
import { placeOf } from './parked-position.js';
import type { ParkedDetail, ParkedHead, Redriven } from './parked-service.js';

const HEADS: readonly Column[] = [
  { heading: 'Position' },
  { heading: 'Record' },
  { heading: 'State' },
  { heading: 'Code' },
  { heading: 'Behind', align: 'right' },
  { heading: 'Since' },
  { heading: 'Reason' },
];

const ITEMS = HEADS.filter(({ heading }) => heading !== 'Behind');

const ACTS: readonly Column[] = [
  { heading: 'When' },
  { heading: 'Who' },
  { heading: 'Act' },
  { heading: 'Outcome' },
  { heading: 'Applied', align: 'right' },
  { heading: 'Generation', align: 'right' },
  { heading: 'Why' },
];

const REDRIVEN: readonly Column[] = [
  { heading: 'Record' },
  { heading: 'Outcome' },
  { heading: 'Applied', align: 'right' },
  { heading: 'Left', align: 'right' },
  { heading: 'Stopped at' },
  { heading: 'Reason' },
];

const STATES = { POISON: 'cannot be applied', BEHIND: 'waits', REJECTED: 'rejected' } as const;

/** Parked records and rejected positions. */
export function headsTable(heads: readonly ParkedHead[]): string {
  return renderTable(
    HEADS,
    heads.map((head) => [
      placeOf(head.position),
      head.recordId,
      STATES[head.kind],
      head.code,
      head.behind,
      head.firstSeen,
      head.reason,
    ]),
  );
}

/** What is parked of a record or at a position, and below it what was done. */
export function detailTables({ items, acts }: ParkedDetail): string {
  const parked = items.map((item) => [
    placeOf(item.position),
    item.recordId,
    STATES[item.kind],
    item.code,
    item.firstSeen,
    item.reason,
  ]);
  const done = acts.map((act) => [
    act.at,
    act.actor,
    act.act.toLowerCase(),
    act.code === null ? act.outcome.toLowerCase() : `${act.outcome.toLowerCase()} (${act.code})`,
    act.applied,
    act.generation,
    act.reason,
  ]);
  return [
    parked.length > 0 ? renderTable(ITEMS, parked) : 'Nothing is parked any more.',
    ...(done.length > 0 ? [renderTable(ACTS, done)] : []),
  ].join('\n\n');
}

/** What became of records. */
export function redrivenTable(redriven: readonly (Redriven & { recordId: string })[]): string {
  return renderTable(
    REDRIVEN,
    redriven.map(({ recordId, outcome, applied, left, position, code, reason }) => [
      recordId,
      outcome.toLowerCase(),
      applied,
      left,
      position && placeOf(position),
      code === null ? null : `${code}: ${reason ?? ''}`,
    ]),
  );
}
