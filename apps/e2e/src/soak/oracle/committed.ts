import type { FaultStore } from '../fault-store.js';
import { topicsOf } from '../probe.js';
import type { Slice } from './slice.js';

/** An event as the store holds it; bytes by their SHA-256 in hexadecimal. */
export interface CommittedEvent {
  id: string;
  stream: string;
  version: number;
  topic: string;
  type: string;
  header: string;
  /** Null where nothing is sealed. */
  sealed: string | null;
  path: string;
  writerKey: string;
  /** Base64. */
  signature: string;
}

const EVENTS = `
SELECT e.event_id::text AS id, e.stream, e.version, e.topic, e.type, encode(sha256(e.header), 'hex') AS header,
  encode(sha256(s.sealed), 'hex') AS sealed, e.path, b.writer_key AS "writerKey",
  translate(encode(b.signature, 'base64'), E'\\n', '') AS signature
FROM events.event e LEFT JOIN events.batch b USING (batch) LEFT JOIN events.sealed_value s USING (position)
WHERE e.position > $1 ORDER BY e.position`;

/** Each statement tells what is wrong, one row a fault, by a text. $1: first position, $2: first batch, $3: borough, $4: its topics. */
const FAULTS: readonly [sentence: string, sql: string][] = [
  [
    'a stream has a gap or another version than it has events',
    `SELECT e.stream AS what FROM (SELECT stream, count(*) AS n, min(version) AS a, max(version) AS b
       FROM events.event WHERE position > $1 GROUP BY stream) e
     LEFT JOIN events.stream s USING (stream) WHERE (e.a = 1 AND e.b = e.n AND s.version = e.n) IS NOT TRUE`,
  ],
  [
    'a stream has no events',
    `SELECT s.stream AS what FROM events.stream s WHERE s.topic = ANY ($4)
       AND NOT EXISTS (SELECT 1 FROM events.event e WHERE e.stream = s.stream)`,
  ],
  [
    'an event has no batch',
    `SELECT e.stream AS what FROM events.event e LEFT JOIN events.batch b USING (batch)
     WHERE e.position > $1 AND b.batch IS NULL`,
  ],
  [
    'a batch has another size than it has events',
    `SELECT b.batch::text AS what FROM events.batch b LEFT JOIN events.event e USING (batch)
     WHERE b.batch > $2 GROUP BY b.batch, b.size HAVING count(e.position) <> b.size`,
  ],
  [
    'a record has no row key, or a row key no record',
    `SELECT coalesce('records/' || k.record_id, e.stream) AS what
     FROM (SELECT record_id FROM ingest.row_key WHERE borough = $3) k
     FULL JOIN (SELECT DISTINCT stream FROM events.event WHERE topic = ANY ($4) AND stream LIKE 'records/%') e
       ON e.stream = 'records/' || k.record_id WHERE k.record_id IS NULL OR e.stream IS NULL`,
  ],
  [
    'a group has no key, or a key no group',
    `SELECT coalesce('groups/' || k.group_id, e.stream) AS what
     FROM (SELECT group_id FROM ingest.group_key WHERE borough = $3) k
     FULL JOIN (SELECT DISTINCT stream FROM events.event WHERE topic = ANY ($4) AND stream LIKE 'groups/%') e
       ON e.stream = 'groups/' || k.group_id WHERE k.group_id IS NULL OR e.stream IS NULL`,
  ],
  [
    'an import still runs',
    `SELECT state AS what FROM ingest.import_job WHERE borough = $3 AND state IN ('receiving', 'running')`,
  ],
  ['rows of an ended import are still remembered', 'SELECT line::text AS what FROM ingest.import_seen'],
];

/** Every event of a slice in the order of its positions. */
export async function committedEvents(site: FaultStore, slice: Slice): Promise<CommittedEvent[]> {
  return site.rows<CommittedEvent & Record<string, unknown>>('probity_events', EVENTS, [slice.position]);
}

/** What is wrong with the store's own tables. */
export async function storeFindings(site: FaultStore, slice: Slice): Promise<string[]> {
  const values = [slice.position, slice.batch, slice.borough, topicsOf(slice.borough)];
  // Types are told, because not every statement uses every value.
  const typed =
    'WITH given AS (SELECT $1::bigint AS p, $2::bigint AS b, $3::text AS c, $4::text[] AS t) SELECT f.what FROM given, LATERAL';
  const findings: string[] = [];
  for (const [sentence, sql] of FAULTS) {
    const rows = await site.rows<{ what: string }>(
      'probity_events',
      `${typed} (${sql}) f LIMIT 1000`,
      values,
    );
    const [first] = rows;
    if (first) findings.push(`store: ${sentence}: ${first.what} (${String(rows.length)} in all)`);
  }
  return findings;
}
