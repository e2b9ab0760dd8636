import type pg from 'pg';
import { insertRows } from '@probity/projection';
import type { Column } from '@probity/projection';
import type { Closing, VersionRow } from './bitemporal.js';

function versionColumns<R>(columns: readonly Column<R>[]): Column<VersionRow<R>>[] {
  return [
    ...columns.map((column) => ({ ...column, of: (version: VersionRow<R>) => column.of(version.row) })),
    { name: 'valid_from', type: 'timestamptz', of: (version) => version.validFrom },
    { name: 'valid_to', type: 'timestamptz', of: (version) => version.validTo },
    { name: 'known_from', type: 'timestamptz', of: (version) => version.knownFrom },
    { name: 'known_to', type: 'timestamptz', of: (version) => version.knownTo },
    { name: 'from_offset', type: 'bigint', of: (version) => version.fromOffset.toString() },
    { name: 'to_offset', type: 'bigint', of: (version) => version.toOffset?.toString() ?? null },
  ];
}

/** Closes the rows that were true and known, then adds the new ones: two statements, whatever their number. */
export async function writeVersions<R>(
  client: pg.ClientBase,
  table: string,
  columns: readonly Column<R>[],
  changes: { closings: ReadonlyMap<string, Closing>; added: readonly VersionRow<R>[] },
): Promise<void> {
  const closings = [...changes.closings];
  if (closings.length > 0) {
    await client.query(
      `update ${table} v set known_to = c.known_to, to_offset = c.to_offset
         from unnest($1::uuid[], $2::timestamptz[], $3::bigint[]) as c(record_id, known_to, to_offset)
        where v.record_id = c.record_id and v.known_to is null and v.valid_to is null`,
      [
        closings.map(([id]) => id),
        closings.map(([, closing]) => closing.knownTo),
        closings.map(([, closing]) => closing.toOffset.toString()),
      ],
    );
  }
  const key = ['record_id', 'from_offset', 'valid_from'];
  await insertRows(
    client,
    { table, key, columns: versionColumns(columns), onConflict: 'fail' },
    changes.added,
  );
}
