import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RecordedEvent } from '@probity/event-store';
import { readStreams } from '@probity/event-store';
import { canonicalJson } from '@probity/events';
import type { DigestRecord } from '@probity/sealing';
import { VaultClient } from '@probity/sealing';
import { IngestPool } from '../database/ingest-pool.js';

/** One hash over everything that a store holds, comparable with another store's. */
export interface StoreDigest {
  /** SHA-256, hex. */
  readonly digest: string;
  /** Records and groups. */
  readonly records: number;
  readonly events: number;
}

const STREAMS_A_CALL = 200;

/**
 * Digest of a synthetic store: free of ids and times, so that two stores that were filled alike have the same one. The
 * vault makes the lines of sealed events; nothing in clear leaves it.
 */
@Injectable()
export class DigestService {
  constructor(
    private readonly pool: IngestPool,
    private readonly vault: VaultClient,
  ) {}

  /**
   * Read the whole store, or what lies on one borough's topics, and make its digest.
   *
   * @param borough GSS code
   */
  async digest(borough?: string): Promise<StoreDigest> {
    const lines: string[] = [];
    let records = 0;
    for await (const streams of this.#streams(borough)) {
      const events = await readStreams(this.pool, streams);
      const sealed = [...events.values()].filter((of) => of.some(isSealed));
      records += sealed.length;
      if (sealed.length > 0) lines.push(...(await this.vault.digestRecords(sealed.map(toDigestRecord))));
      for (const of of events.values()) if (!of.some(isSealed)) lines.push(...of.map(openLine));
    }
    lines.sort();
    const hash = createHash('sha256');
    for (const line of lines) hash.update(line).update('\n');
    return { digest: hash.digest('hex'), records, events: lines.length };
  }

  async *#streams(borough?: string): AsyncGenerator<string[]> {
    const topics = borough === undefined ? null : [`matrix.${borough}`, `safeguarding.${borough}`];
    let after = '';
    for (;;) {
      const { rows } = await this.pool.query<{ stream: string }>(
        `SELECT stream FROM events.stream WHERE stream > $1 AND ($3::text[] IS NULL OR topic = ANY ($3))
         ORDER BY stream LIMIT $2`,
        [after, STREAMS_A_CALL, topics],
      );
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map((row) => row.stream);
      after = last.stream;
    }
  }
}

function isSealed(event: RecordedEvent): boolean {
  return Object.keys(event.header.sealedhashes).length > 0;
}

function toDigestRecord(events: readonly RecordedEvent[]): DigestRecord {
  const [first] = events as [RecordedEvent];
  return {
    recordId: first.header.key,
    borough: first.header.source.slice('/boroughs/'.length),
    events: events.map(({ header, skeleton, sealed }) => ({
      source: header.source,
      id: header.id,
      subject: header.subject,
      type: header.type,
      streamversion: header.streamversion,
      skeleton,
      sealed,
    })),
  };
}

/** An event without sealed groups: its skeleton holds neither ids nor anything about a person. */
function openLine({ header, skeleton }: RecordedEvent): string {
  const line = canonicalJson({ version: header.streamversion, type: header.type, skeleton });
  return `open|${header.type}|${createHash('sha256').update(line).digest('hex')}`;
}
