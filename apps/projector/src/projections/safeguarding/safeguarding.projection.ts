import type pg from 'pg';
import { insertRows } from '@probity/projection';
import type { Column, ProjectionIn } from '@probity/projection';
import type { Closing, VersionRow } from '../bitemporal.js';
import { history } from '../bitemporal.js';
import { writeVersions } from '../version-columns.js';
import { REGISTERED, foldSafeguarding } from './safeguarding.fold.js';
import type { RegisterRow, SafeguardingState } from './safeguarding.fold.js';

const REGISTER_COLUMNS: readonly Column<RegisterRow>[] = [
  { name: 'record_id', type: 'uuid', of: (row) => row.recordId },
  { name: 'borough', type: 'text', of: (row) => row.borough },
  { name: 'role', type: 'text', of: (row) => row.role },
  { name: 'vulnerability', type: 'text', of: (row) => row.vulnerability },
  { name: 'registered_at', type: 'timestamptz', of: (row) => row.registeredAt },
  { name: 'review_due', type: 'timestamptz', of: (row) => row.reviewDue },
  { name: 'criteria_hold_until', type: 'timestamptz', of: (row) => row.criteriaHoldUntil },
  { name: 'withhold_from', type: 'timestamptz', of: (row) => row.withholdFrom },
  { name: 'in_custody', type: 'boolean', of: (row) => row.inCustody },
  { name: 'age_class', type: 'text', of: (row) => row.ageClass },
  { name: 'version', type: 'integer', of: (row) => row.version },
  { name: 'topic', type: 'text', of: (row) => row.topic },
  { name: 'topic_offset', type: 'bigint', of: (row) => row.topicOffset.toString() },
];

interface StateRow {
  record_id: string;
  valid_from: Date;
  borough: string;
  role: RegisterRow['role'];
  vulnerability: RegisterRow['vulnerability'];
  registered_at: Date;
  review_due: Date;
  criteria_hold_until: Date | null;
  withhold_from: Date;
  in_custody: boolean;
  age_class: string;
  version: number;
  topic: string;
  topic_offset: string;
}

function registrationOf(row: StateRow): RegisterRow {
  return {
    recordId: row.record_id,
    borough: row.borough,
    role: row.role,
    vulnerability: row.vulnerability,
    registeredAt: row.registered_at.toISOString(),
    reviewDue: row.review_due.toISOString(),
    criteriaHoldUntil: row.criteria_hold_until?.toISOString() ?? null,
    withholdFrom: row.withhold_from.toISOString(),
    inCustody: row.in_custody,
    ageClass: row.age_class,
    version: row.version,
    topic: row.topic,
    topicOffset: BigInt(row.topic_offset),
  };
}

async function load(
  schema: string,
  client: pg.ClientBase,
  recordIds: readonly string[],
): Promise<Map<string, SafeguardingState>> {
  const { rows } = await client.query<StateRow>(
    `select v.valid_from, p.record_id, p.borough, p.role, p.vulnerability, p.registered_at, p.review_due, p.criteria_hold_until,
            p.withhold_from, p.in_custody, p.age_class, p.version, p.topic, p.topic_offset
       from ${schema}.register p
       join lateral (select x.valid_from from ${schema}.register_version x
                      where x.record_id = p.record_id and x.known_to is null and x.valid_to is null limit 1) v on true
      where p.record_id = any($1::uuid[])`,
    [recordIds],
  );
  return new Map(
    rows.map((row) => {
      const current = { row: registrationOf(row), validFrom: row.valid_from.toISOString() };
      return [row.record_id, { lifecycle: 'REGISTERED', registrations: history(current) }];
    }),
  );
}

async function write(
  schema: string,
  client: pg.ClientBase,
  states: ReadonlyMap<string, SafeguardingState>,
): Promise<void> {
  const current: RegisterRow[] = [];
  const added: VersionRow<RegisterRow>[] = [];
  const closings = new Map<string, Closing>();
  for (const [id, { registrations }] of states) {
    if (registrations.current) current.push(registrations.current.row);
    if (registrations.closing) closings.set(id, registrations.closing);
    added.push(...registrations.added);
  }
  const target = { table: `${schema}.register`, key: ['record_id'], columns: REGISTER_COLUMNS } as const;
  await insertRows(client, { ...target, onConflict: 'update' }, current);
  await writeVersions(client, `${schema}.register_version`, REGISTER_COLUMNS, { closings, added });
}

/** The safeguarding register: another schema, role and principal than the matrix, and no road between them. */
export const safeguardingProjection: ProjectionIn<SafeguardingState> = (schema) => ({
  name: 'safeguarding',
  version: 1,
  schema,
  tables: ['register', 'register_version'],
  handles: new Map([[REGISTERED, { opensCase: true }]]),
  ignores: new Set<string>(),
  fingerprintInputs: { fold: 1, tables: 1, columns: REGISTER_COLUMNS.map((column) => column.name) },
  load: (client, recordIds) => load(schema, client, recordIds),
  fold: foldSafeguarding,
  write: (client, states) => write(schema, client, states),
});
