import { Inject, Injectable } from '@nestjs/common';
import type { RecordedEvent } from '@probity/event-store';
import { readStreams } from '@probity/event-store';
import { DataSource } from 'typeorm';

interface OpenedSkeleton {
  readonly borough: string;
  readonly fileHash: string;
  readonly groupsHash: string | null;
  readonly asAt: string;
  readonly openedBy: readonly [string, string];
}

/** Makes the rows of migration windows again from their events, which are the record of them. */
@Injectable()
export class WindowRebuild {
  constructor(@Inject(DataSource) private readonly source: DataSource) {}

  /** @returns how many rows were made or brought up to date; windows that nobody had opened are in no event */
  async rebuild(): Promise<number> {
    const client = { query: (sql: string, values?: unknown[]) => this.#rows(sql, values) };
    const { rows } = await client.query(
      `SELECT stream FROM events.stream WHERE starts_with(stream, 'windows/') ORDER BY stream`,
    );
    const streams = await readStreams(
      client,
      rows.map((row) => row['stream'] as string),
    );
    let made = 0;
    for (const events of streams.values()) if (await this.#write(events)) made += 1;
    return made;
  }

  async #write([opened, closed]: readonly RecordedEvent[]): Promise<boolean> {
    if (!opened) return false;
    const { borough, fileHash, groupsHash, asAt, openedBy } = opened.skeleton as unknown as OpenedSkeleton;
    const { rows } = await this.#rows(
      `INSERT INTO governance.migration_window AS w (id, borough, file_hash, groups_hash, as_at, requested_by, approved_by,
         state, opened_at, closed_at, rows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (id) DO UPDATE SET approved_by = excluded.approved_by, state = excluded.state,
         opened_at = excluded.opened_at, closed_at = excluded.closed_at, rows = excluded.rows
       WHERE w.state <> excluded.state RETURNING id`,
      [
        ...[opened.header.key, borough, fileHash, groupsHash, asAt, ...openedBy],
        ...[closed ? 'closed' : 'open', opened.header.time],
        ...[closed?.header.time ?? null, closed?.skeleton['rows'] ?? null],
      ],
    );
    return rows.length > 0;
  }

  async #rows(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    return { rows: await this.source.query<Record<string, unknown>[]>(sql, values) };
  }
}
