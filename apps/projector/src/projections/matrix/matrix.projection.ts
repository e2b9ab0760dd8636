import type pg from 'pg';
import { currentType } from '@probity/events';
import { insertRows } from '@probity/projection';
import type { Column, ProjectionIn } from '@probity/projection';
import type { Closing, VersionRow } from '../bitemporal.js';
import { history } from '../bitemporal.js';
import { writeVersions } from '../version-columns.js';
import { MATRIX_TYPES, foldMatrix } from './matrix.fold.js';
import type { EntryRow, MatrixState } from './matrix.fold.js';

const ENTRY_COLUMNS: readonly Column<EntryRow>[] = [
  { name: 'record_id', type: 'uuid', of: (row) => row.recordId },
  { name: 'borough', type: 'text', of: (row) => row.borough },
  { name: 'role', type: 'text', of: (row) => row.role },
  { name: 'band', type: 'text', of: (row) => row.band },
  { name: 'legacy_assertion', type: 'boolean', of: (row) => row.legacyAssertion },
  { name: 'entered_at', type: 'timestamptz', of: (row) => row.enteredAt },
  { name: 'review_due', type: 'timestamptz', of: (row) => row.reviewDue },
  { name: 'attest_by', type: 'timestamptz', of: (row) => row.attestBy },
  { name: 'criteria_hold_until', type: 'timestamptz', of: (row) => row.criteriaHoldUntil },
  { name: 'withhold_from', type: 'timestamptz', of: (row) => row.withholdFrom },
  { name: 'in_custody', type: 'boolean', of: (row) => row.inCustody },
  { name: 'age_class', type: 'text', of: (row) => row.ageClass },
  { name: 'group_id', type: 'uuid', of: (row) => row.groupId },
  { name: 'version', type: 'integer', of: (row) => row.version },
  { name: 'topic', type: 'text', of: (row) => row.topic },
  { name: 'topic_offset', type: 'bigint', of: (row) => row.topicOffset.toString() },
];

const RECORD_COLUMNS: readonly Column<MatrixState>[] = [
  { name: 'group_id', type: 'uuid', of: (state) => state.groupId },
];

interface StateRow {
  record_id: string;
  lifecycle: MatrixState['lifecycle'];
  record_group: string | null;
  valid_from: Date | null;
  borough: string;
  role: EntryRow['role'];
  band: EntryRow['band'];
  legacy_assertion: boolean;
  entered_at: Date;
  review_due: Date;
  attest_by: Date | null;
  criteria_hold_until: Date | null;
  withhold_from: Date;
  in_custody: boolean;
  age_class: string;
  group_id: string | null;
  version: number;
  topic: string;
  topic_offset: string;
}

function entryOf(row: StateRow): EntryRow {
  return {
    recordId: row.record_id,
    borough: row.borough,
    role: row.role,
    band: row.band,
    legacyAssertion: row.legacy_assertion,
    enteredAt: row.entered_at.toISOString(),
    reviewDue: row.review_due.toISOString(),
    attestBy: row.attest_by?.toISOString() ?? null,
    criteriaHoldUntil: row.criteria_hold_until?.toISOString() ?? null,
    withholdFrom: row.withhold_from.toISOString(),
    inCustody: row.in_custody,
    ageClass: row.age_class,
    groupId: row.group_id,
    version: row.version,
    topic: row.topic,
    topicOffset: BigInt(row.topic_offset),
  };
}

async function load(
  schema: string,
  client: pg.ClientBase,
  recordIds: readonly string[],
): Promise<Map<string, MatrixState>> {
  // Record by record through the keys: tables grow faster than their statistics, and a join by hashing would read all of them.
  const { rows } = await client.query<StateRow>(
    `select r.record_id, r.lifecycle, r.group_id as record_group, v.valid_from,
            e.borough, e.role, e.band, e.legacy_assertion, e.entered_at, e.review_due, e.attest_by, e.criteria_hold_until,
            e.withhold_from, e.in_custody, e.age_class, e.group_id, e.version, e.topic, e.topic_offset
       from ${schema}.record r
       left join lateral (select * from ${schema}.entry x where x.record_id = r.record_id limit 1) e on true
       left join lateral (select x.valid_from from ${schema}.entry_version x
                           where x.record_id = r.record_id and x.known_to is null and x.valid_to is null limit 1) v on true
      where r.record_id = any($1::uuid[])`,
    [recordIds],
  );
  return new Map(
    rows.map((row) => {
      const current = row.valid_from && { row: entryOf(row), validFrom: row.valid_from.toISOString() };
      return [
        row.record_id,
        { lifecycle: row.lifecycle, groupId: row.record_group, entries: history(current) },
      ];
    }),
  );
}

async function write(
  schema: string,
  client: pg.ClientBase,
  states: ReadonlyMap<string, MatrixState>,
): Promise<void> {
  const entries: EntryRow[] = [];
  const added: VersionRow<EntryRow>[] = [];
  const closings = new Map<string, Closing>();
  for (const [id, { entries: rows }] of states) {
    if (rows.current && rows.added.length > 0) entries.push(rows.current.row);
    if (rows.closing) closings.set(id, rows.closing);
    added.push(...rows.added);
  }
  await insertRows(
    client,
    { table: `${schema}.entry`, key: ['record_id'], columns: ENTRY_COLUMNS, onConflict: 'update' },
    entries,
  );
  await writeVersions(client, `${schema}.entry_version`, ENTRY_COLUMNS, { closings, added });
}

/** The central matrix, built from suspects' and convicted persons' records alone. Groups have no rows in it. */
export const matrixProjection: ProjectionIn<MatrixState> = (schema) => ({
  name: 'matrix',
  version: 1,
  schema,
  tables: ['entry', 'entry_version'],
  handles: new Map([
    [MATRIX_TYPES.proposed, { opensCase: true }],
    [MATRIX_TYPES.legacyAsserted, { opensCase: true }],
    [MATRIX_TYPES.approved, { opensCase: true }],
    [MATRIX_TYPES.rejected, { opensCase: false }],
  ]),
  ignores: new Set([currentType('matrix.group-designated'), currentType('matrix.group-audited')]),
  fingerprintInputs: { fold: 1, tables: 1, columns: ENTRY_COLUMNS.map((column) => column.name) },
  recordColumns: RECORD_COLUMNS,
  load: (client, recordIds) => load(schema, client, recordIds),
  fold: foldMatrix,
  write: (client, states) => write(schema, client, states),
});
