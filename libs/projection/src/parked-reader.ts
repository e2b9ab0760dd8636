import { isEvent } from './event-reader.js';
import type { EventReader, LogEntry, ReadItem } from './event-reader.js';
import type { ParkedRow } from './parked-store.js';

/** Reads the records that parked positions point at. `topic` is the broker's name. What the log no longer keeps, it leaves out. */
export interface ParkedLog {
  read(topic: string, partition: number, from: bigint, to: bigint): AsyncIterable<LogEntry>;
}

/** Positions of a key that lie no further apart than this are read together, with what lies between. */
const NEAR = 200n;

/** Reads parked positions of one partition again, as if they came from the log for the first time. */
export class ParkedReader {
  constructor(
    private readonly reader: EventReader,
    private readonly log: ParkedLog,
  ) {}

  /**
   * What the rows' positions hold, in the order of the record's versions: what a recovery has put back behind later events comes
   * before them. A position whose event is ignored by now has no item.
   */
  async read(rows: readonly ParkedRow[]): Promise<ReadItem[]> {
    const items: ReadItem[] = [];
    for (const run of runsOf(rows)) items.push(...(await this.#readRun(run)));
    return items.sort((a, b) => versionOf(a) - versionOf(b) || compare(a, b));
  }

  async #readRun(run: readonly ParkedRow[]): Promise<ReadItem[]> {
    const [first, last] = [run[0], run.at(-1)];
    if (!first || !last) return [];
    const { partition } = first.position;
    const topic = this.reader.brokerTopic(first.position.topic);
    const wanted = new Map(run.map((row) => [row.position.offset, row]));
    const items: ReadItem[] = [];
    for await (const record of this.log.read(
      topic,
      partition,
      first.position.offset,
      last.position.offset + 1n,
    ))
      if (wanted.delete(record.offset))
        items.push(...this.reader.read({ topic, partition, records: [record] }).items);
    return [...items, ...[...wanted.values()].map(notKept)];
  }
}

/** A rejected position stays what it is; an event that is gone is what its record now waits for. */
function notKept({ firstSeen: _firstSeen, ...event }: ParkedRow): ReadItem {
  if (event.kind === 'REJECTED') return event;
  return { ...event, kind: 'POISON', code: 'NOT_KEPT', reason: 'the topic no longer holds the event' };
}

function runsOf(rows: readonly ParkedRow[]): ParkedRow[][] {
  const runs: ParkedRow[][] = [];
  let last: bigint | null = null;
  for (const row of [...rows].sort(compare)) {
    const { offset } = row.position;
    if (last === null || offset - last > NEAR) runs.push([]);
    runs.at(-1)?.push(row);
    last = offset;
  }
  return runs;
}

function versionOf(item: ReadItem): number {
  return isEvent(item) ? item.event.header.streamversion : (item.version ?? 0);
}

function compare(a: Pick<ReadItem, 'position'>, b: Pick<ReadItem, 'position'>): number {
  return a.position.offset < b.position.offset ? -1 : a.position.offset > b.position.offset ? 1 : 0;
}
