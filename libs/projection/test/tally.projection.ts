import type pg from 'pg';
import { UnprojectableEvent } from '../src/projection-fault.js';
import type { ProjectionDefinition } from '../src/projection-definition.js';
import { insertRows } from '../src/unnest-rows.js';
import { COUNTED, NOTED } from './signed-log.js';

/** Sum of a record's points, and how many events made it. */
export interface TallyState {
  readonly lifecycle: 'COUNTED';
  readonly total: number;
  readonly events: number;
}

/** Tables of a small read model, in the shape that a runner needs, with a limit that the database enforces. */
export const tallyTables = (schema: string): string => `
create schema ${schema};
create table ${schema}.checkpoint (projection text, version integer, topic text, partition integer, next_offset bigint not null,
  fingerprint text not null, generation integer not null, applied_events bigint not null default 0, duplicates bigint not null default 0,
  last_event_time timestamptz, primary key (projection, version, topic, partition));
create table ${schema}.record (record_id uuid primary key, topic text not null, borough text not null, lifecycle text not null,
  version integer not null, event_hashes bytea not null, rows_digest bytea);
create table ${schema}.total (record_id uuid primary key, total integer not null constraint total_limit check (total < 1000),
  events integer not null);
create table ${schema}.parked (topic text, partition integer, topic_offset bigint, record_id uuid, kind text not null, code text not null,
  reason text not null, event_id uuid, event_type text, version bigint, first_seen timestamptz not null,
  primary key (topic, partition, topic_offset));
create schema if not exists tally_acts;
create table if not exists tally_acts.parked_act (act_id bigint generated always as identity primary key, act text not null, record_id uuid,
  topic text, partition integer, topic_offset bigint, actor text not null, acted_at timestamptz not null, reason text,
  outcome text not null, code text, applied integer not null, duplicates integer not null,
  generation integer not null);
grant usage on schema ${schema}, tally_acts to probity_matrix;
grant select, insert, update on all tables in schema ${schema} to probity_matrix;
grant delete on ${schema}.parked to probity_matrix;
grant select, insert on tally_acts.parked_act to probity_matrix;`;

/** A read model that adds up points. Negative points break its rule. */
export const tallyIn = (schema: string): ProjectionDefinition<TallyState> => ({
  name: 'tally',
  version: 1,
  schema,
  tables: ['total'],
  handles: new Map([[COUNTED, { opensCase: true }]]),
  ignores: new Set([NOTED]),
  fingerprintInputs: { fold: 1 },
  async load(client: pg.ClientBase, recordIds) {
    const { rows } = await client.query<{ record_id: string; total: number; events: number }>(
      `select record_id, total, events from ${schema}.total where record_id = any($1::uuid[])`,
      [recordIds],
    );
    return new Map(
      rows.map(({ record_id, total, events }) => [record_id, { lifecycle: 'COUNTED', total, events }]),
    );
  },
  fold(state, event) {
    const points = Number(event.case?.['points']);
    if (points < 0) throw new UnprojectableEvent('points are not negative');
    return { lifecycle: 'COUNTED', total: (state?.total ?? 0) + points, events: (state?.events ?? 0) + 1 };
  },
  async write(client, states) {
    await insertRows(
      client,
      {
        table: `${schema}.total`,
        key: ['record_id'],
        onConflict: 'update',
        columns: [
          { name: 'record_id', type: 'uuid', of: ([id]: [string, TallyState]) => id },
          { name: 'total', type: 'integer', of: ([, state]) => state.total },
          { name: 'events', type: 'integer', of: ([, state]) => state.events },
        ],
      },
      [...states],
    );
  },
});

/** The live one. */
export const tallyProjection = tallyIn('tally');
