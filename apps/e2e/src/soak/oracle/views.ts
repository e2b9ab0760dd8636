import type { FaultStore } from '../fault-store.js';
import { topicsOf } from '../probe.js';
import type { LoggedLane } from './logged.js';

/** Rows of one table in a form in which two stores can be compared. */
export interface TableDigest {
  rows: number;
  /** SHA-256 over the sorted rows without random ids, offsets and known times. */
  digest: string;
}

/** Tables with a person's rows, by read model. */
const TABLES = [
  'matrix.entry',
  'matrix.entry_version',
  'matrix.record',
  'safeguarding.register',
  'safeguarding.register_version',
  'safeguarding.record',
] as const;

/** Members of rows that differ from store to store: random ids, positions, when something became known, digests by a store's key. */
const OWN_TO_A_STORE = [
  'record_id',
  'group_id',
  'topic_offset',
  'from_offset',
  'to_offset',
  'known_from',
  'known_to',
  'event_hashes',
  'rows_digest',
];

/** Events that the matrix passes over on purpose, in whatever version. */
const IGNORED = 'probity.matrix.group-';

/** Digest of each table's rows of a borough. */
export async function tableDigests(site: FaultStore, borough: string): Promise<Record<string, TableDigest>> {
  const digests: Record<string, TableDigest> = {};
  for (const table of TABLES) {
    const [row] = await site.rows<{ rows: number; digest: string }>(
      'probity_views',
      `SELECT count(*)::int AS rows, coalesce(encode(sha256(convert_to(string_agg(t, E'\\n' ORDER BY t), 'UTF8')), 'hex'), '') AS digest
       FROM (SELECT (to_jsonb(x) - $2::text[] || jsonb_build_object('grouped', to_jsonb(x)->>'group_id' IS NOT NULL))::text AS t
             FROM ${table} x WHERE x.borough = $1) q`,
      [borough, OWN_TO_A_STORE],
    );
    digests[table] = row ?? { rows: 0, digest: '' };
  }
  return digests;
}

interface CheckpointRow extends Record<string, unknown> {
  topic: string;
  next: string;
  applied: string;
  duplicates: string;
}

/** Whether each read model has counted and placed exactly what its topic holds. */
export async function viewFindings(
  site: FaultStore,
  borough: string,
  lanes: readonly LoggedLane[],
): Promise<string[]> {
  const findings: string[] = [];
  for (const [schema, table, topic] of modelsOf(borough)) {
    const lane = lanes.find((each) => each.lane.topic === topic);
    if (lane === undefined) continue;
    const [checkpoint] = await site.rows<CheckpointRow>(
      'probity_views',
      `SELECT topic, next_offset::text AS next, applied_events::text AS applied, duplicates::text AS duplicates
       FROM ${schema}.checkpoint WHERE topic = $1`,
      [topic],
    );
    findings.push(...checkpointFindings(topic, checkpoint, lane));
    const rows = await site.rows<{ stream: string; version: number; at: string }>(
      'probity_views',
      `SELECT 'records/' || record_id AS stream, version, topic_offset::text AS at FROM ${table} WHERE borough = $1`,
      [borough],
    );
    findings.push(...placeFindings(table, rows, lane));
    const parked = await site.rows<{ code: string; offset: string }>(
      'probity_views',
      `SELECT code, topic_offset::text AS offset FROM ${schema}.parked WHERE topic = $1 ORDER BY topic_offset`,
      [topic],
    );
    for (const { code, offset } of parked) findings.push(`views: ${topic}@${offset} is parked: ${code}`);
  }
  return findings;
}

/** Whether both read models are where they are to be. */
export async function isCaughtUp(
  site: FaultStore,
  borough: string,
  isThere: (topic: string, next: bigint) => boolean,
): Promise<boolean> {
  for (const [schema, , topic] of modelsOf(borough)) {
    const sql = `SELECT next_offset::text AS next FROM ${schema}.checkpoint WHERE topic = $1`;
    const [row] = await site.rows<{ next: string }>('probity_views', sql, [topic]);
    if (!isThere(topic, BigInt(row?.next ?? '0'))) return false;
  }
  return true;
}

function modelsOf(borough: string): [schema: string, table: string, topic: string][] {
  const [matrix, safeguarding] = topicsOf(borough);
  return [
    ['matrix', 'matrix.entry', matrix],
    ['safeguarding', 'safeguarding.register', safeguarding],
  ];
}

function checkpointFindings(topic: string, row: CheckpointRow | undefined, lane: LoggedLane): string[] {
  if (row === undefined) return [`views: ${topic} has no checkpoint`];
  const ignored = Object.entries(lane.records)
    .filter(([type]) => type.startsWith(IGNORED))
    .reduce((sum, [, count]) => sum + count, 0);
  const counted = BigInt(row.applied) + BigInt(row.duplicates) + BigInt(ignored);
  const findings: string[] = [];
  if (BigInt(row.next) !== lane.end)
    findings.push(`views: ${topic} is read to ${row.next} of ${String(lane.end)}`);
  if (counted !== lane.end)
    findings.push(
      `views: ${topic} counts ${row.applied} applied, ${row.duplicates} repeated, ${String(ignored)} ignored of ${String(lane.end)}`,
    );
  return findings;
}

/** A row stands where the first record of its event lies. */
function placeFindings(
  table: string,
  rows: readonly { stream: string; version: number; at: string }[],
  lane: LoggedLane,
): string[] {
  const places = new Map(
    [...lane.events.values()].map(({ stream, version, offset }) => [
      `${stream}@${String(version)}`,
      String(offset),
    ]),
  );
  const wrong = rows.filter(({ stream, version, at }) => places.get(`${stream}@${String(version)}`) !== at);
  if (wrong.length === 0) return [];
  return [`views: ${String(wrong.length)} rows of ${table} name another offset than that of their event`];
}
