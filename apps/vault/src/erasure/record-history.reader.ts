import { Inject, Injectable } from '@nestjs/common';
import { evolveEnd, initialEnd, type EndState } from '@probity/domain';
import { EventFormatError, leafHash, SignatureError, verifyEvent, WriterRegistry } from '@probity/events';
import type { EventHeader, MerklePath, SealedGroups, Skeleton, StoredEvent } from '@probity/events';
import { ErasureEventsPool } from './erasure-events.pool.js';

/** A record's events, each proved to be its writer's, with what they say about its end. */
export interface RecordHistory {
  readonly stream: string;
  /** Version up to which the history was read: a destruction begins at this version or not at all. */
  readonly version: number;
  readonly events: readonly StoredEvent[];
  readonly end: EndState;
}

interface HistoryRow {
  readonly stream_version: number;
  readonly version: number;
  readonly header: Buffer;
  readonly skeleton: Buffer;
  readonly sealed: Buffer | null;
  readonly path: string;
  readonly writer_key: string;
  readonly signature: Buffer;
}

const ERASER = 'retention-worker';
/** Events that count from the eraser alone: a borough's key on its own topic does not fence. */
const OF_THE_ERASER: ReadonlySet<string> = new Set([
  'erasure-requested',
  'record-fenced',
  'erasure-cancelled',
  'subject-key-destroyed',
]);

/** Reads and proves the history of a record from the event store. */
@Injectable()
export class RecordHistoryReader {
  constructor(
    @Inject(ErasureEventsPool) private readonly pool: ErasureEventsPool,
    @Inject(WriterRegistry) private readonly writers: WriterRegistry,
  ) {}

  /**
   * The whole history of a record; empty when the store has none.
   *
   * @throws EventFormatError, SignatureError when an event is missing or altered, or not its writer's
   */
  async read(recordId: string): Promise<RecordHistory> {
    const stream = `records/${recordId}`;
    const { rows } = await this.pool.query<HistoryRow>({
      name: 'record-history',
      text: `SELECT s.version AS stream_version, e.version, e.header, e.skeleton, v.sealed, e.path, b.writer_key, b.signature
             FROM events.stream s JOIN events.event e USING (stream) JOIN events.batch b USING (batch)
             LEFT JOIN events.sealed_value v USING (position) WHERE s.stream = $1 ORDER BY e.version`,
      values: [stream],
    });
    const version = rows[0]?.stream_version ?? 0;
    if (rows.length !== version) throw new EventFormatError('the stream lacks events');
    const events = rows.map((row) => this.#prove(row, recordId));
    if (new Set(events.map(({ header }) => header.topic)).size > 1)
      throw new EventFormatError('the stream lies on two topics');
    return { stream, version, events, end: events.reduce(evolve, initialEnd) };
  }

  /** Says that the key of a record is about to go. Returns false when its history has moved since it was read. */
  async beginDestruction({ stream, version }: RecordHistory, now: string): Promise<boolean> {
    try {
      await this.pool.query('SELECT events.begin_destruction($1, $2, $3)', [stream, version, now]);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'PB409') return false;
      throw error;
    }
  }

  #prove(row: HistoryRow, recordId: string): StoredEvent {
    const event = eventOf(row);
    const { header } = event;
    if (
      header.subject !== `records/${recordId}` ||
      header.key !== recordId ||
      header.streamversion !== row.version
    )
      throw new EventFormatError('an event belongs to another place');
    verifyEvent(event);
    const writer = this.writers.verify(event);
    if (OF_THE_ERASER.has(nameOf(event)) && writer !== ERASER)
      throw new SignatureError(`${writer} does not erase`);
    return event;
  }
}

/** Event without family and version: `record-fenced` of `probity.matrix.record-fenced.v1`. */
function nameOf({ header }: StoredEvent): string {
  return header.type.split('.')[2] ?? '';
}

function evolve(state: EndState, event: StoredEvent): EndState {
  const { restrictionId } = event.skeleton;
  return evolveEnd(state, {
    event: nameOf(event),
    recordedAt: event.header.time,
    restrictionId: typeof restrictionId === 'string' ? restrictionId : null,
  });
}

function eventOf(row: HistoryRow): StoredEvent {
  const json = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));
  const path = JSON.parse(row.path) as { index: number; size: number; hashes: string[] };
  const hashes: MerklePath['hashes'] = path.hashes.map((hash) => Buffer.from(hash, 'base64url'));
  return {
    header: json(row.header) as EventHeader,
    skeleton: json(row.skeleton) as Skeleton,
    sealed: row.sealed === null ? {} : (json(row.sealed) as SealedGroups),
    writer: { keyId: row.writer_key, signature: row.signature, path: { ...path, hashes } },
    headerBytes: row.header,
    eventHash: leafHash(row.header),
  };
}
