import type { LogPosition, ParkedHead, ParkedRow, RecordedAct, Redriven } from '@probity/projection';
import type { ParkedDetail } from '../parked/parked.service.js';

/** A position, its offset as a number: offsets count records, so they stay exact. */
export interface PositionView {
  topic: string;
  partition: number;
  offset: number;
}

/** A parked position and why it is parked: never a payload. */
export type ParkedView = Omit<ParkedRow, 'position'> & { position: PositionView };

/** One page of parked records and rejected positions. */
export interface ParkedPage {
  projection: string;
  items: (ParkedView & { behind: number })[];
  nextCursor: string | null;
}

/** What somebody did about something parked. */
export type ActView = Omit<RecordedAct, 'position'> & { position: PositionView | null };

/** What is parked of a record or at a position, and what was done about it, newest first. */
export interface ParkedDetailView {
  projection: string;
  items: ParkedView[];
  acts: ActView[];
}

/** What became of the parked events of a record in one partition. */
export type RedrivenView = Omit<Redriven, 'position'> & { position: PositionView | null };

/** What became of a record: one outcome, unless it is claimed in several partitions. */
export interface RedriveAnswer {
  projection: string;
  recordId: string;
  outcomes: RedrivenView[];
}

function positionView({ topic, partition, offset }: LogPosition): PositionView {
  return { topic, partition, offset: Number(offset) };
}

export function parkedView(row: ParkedRow): ParkedView {
  return { ...row, position: positionView(row.position) };
}

export function headView(head: ParkedHead): ParkedPage['items'][number] {
  return { ...head, position: positionView(head.position) };
}

export function redrivenView(redriven: Redriven): RedrivenView {
  return { ...redriven, position: redriven.position && positionView(redriven.position) };
}

export function detailView(projection: string, { rows, acts }: ParkedDetail): ParkedDetailView {
  return {
    projection,
    items: rows.map(parkedView),
    acts: acts.map((act) => ({ ...act, position: act.position && positionView(act.position) })),
  };
}
