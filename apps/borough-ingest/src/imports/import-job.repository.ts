import type { Pool } from 'pg';
import type { SqlClient } from '@probity/event-store';
import type { ImportJob, ImportProblem, ImportProgress, ImportState } from './import-job.js';

const COLUMNS = `id, borough, file_name AS "fileName", file_hash AS "fileHash", groups_hash AS "groupsHash",
  window_id AS "windowId", to_char(as_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "asAt", uploader,
  is_dry_run AS "isDryRun", state, CASE WHEN adapter IS NULL THEN NULL ELSE jsonb_build_object('name', adapter, 'how', adapter_how) END AS adapter,
  progress, problem, key_record AS "keyRecord", key_version AS "keyVersion",
  to_char(keep_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "keepUntil"`;

/** Changes of a job; an absent member stays as it is. */
export interface JobChange {
  readonly state?: ImportState;
  readonly adapter?: { readonly name: string; readonly how: 'told' | 'found' };
  readonly progress?: ImportProgress;
  readonly problem?: ImportProblem;
}

/** Jobs and their sealed outcomes in the schema `ingest`. */
export class ImportJobRepository {
  /** @param instance which of several processes this is; each answers for its own jobs */
  constructor(
    private readonly pool: Pool,
    private readonly instance: number,
  ) {}

  /** Store a new job. */
  async create(job: ImportJob): Promise<void> {
    await this.pool.query(
      `INSERT INTO ingest.import_job (id, borough, file_name, file_hash, groups_hash, window_id, as_at, uploader, is_dry_run,
         state, progress, key_record, key_version, keep_until, instance) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`,
      [
        job.id,
        job.borough,
        job.fileName,
        job.fileHash,
        job.groupsHash,
        job.windowId,
        job.asAt,
        job.uploader,
        job.isDryRun,
        job.state,
        job.progress,
        job.keyRecord,
        job.keyVersion,
        job.keepUntil,
        this.instance,
      ],
    );
  }

  /** The job, or null. */
  async find(id: string): Promise<ImportJob | null> {
    const { rows } = await this.pool.query(`SELECT ${COLUMNS} FROM ingest.import_job WHERE id = $1`, [id]);
    return (rows[0] as ImportJob | undefined) ?? null;
  }

  /** The import of a file by a borough that has every outcome, whose report may still be kept; one that said so comes first. */
  async findWhole(borough: string, fileHash: string): Promise<ImportJob | null> {
    const { rows } = await this.pool.query(
      `SELECT ${COLUMNS} FROM ingest.import_job
       WHERE borough = $1 AND file_hash = $2 AND (state = 'completed' OR is_whole) AND NOT is_dry_run
       ORDER BY state = 'completed' DESC, keep_until DESC LIMIT 1`,
      [borough, fileHash],
    );
    return (rows[0] as ImportJob | undefined) ?? null;
  }

  /** Note that every row has been decided and every outcome stored, before the window is closed. */
  async markWhole(id: string): Promise<void> {
    await this.pool.query('UPDATE ingest.import_job SET is_whole = true WHERE id = $1', [id]);
  }

  /** Say that a job has ended well, whatever was said of it before. */
  async complete(client: SqlClient, id: string): Promise<void> {
    await client.query(`UPDATE ingest.import_job SET state = 'completed', problem = NULL WHERE id = $1`, [
      id,
    ]);
  }

  /** Change a job. */
  async change(id: string, change: JobChange): Promise<void> {
    await this.pool.query(
      `UPDATE ingest.import_job SET state = coalesce($2, state), adapter = coalesce($3, adapter),
         adapter_how = coalesce($4, adapter_how), progress = coalesce($5, progress), problem = coalesce($6, problem) WHERE id = $1`,
      [id, change.state, change.adapter?.name, change.adapter?.how, change.progress, change.problem],
    );
  }

  /**
   * Take a job from one state to the next; false when it was not in that state (somebody else was first).
   */
  async advance(id: string, from: ImportState, to: ImportState): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'UPDATE ingest.import_job SET state = $3 WHERE id = $1 AND state = $2',
      [id, from, to],
    );
    return rowCount === 1;
  }

  /** Jobs that this process left when it died: the upload is in doubt, the same file can be sent again. */
  async failInterrupted(boroughs: readonly string[], problem: ImportProblem): Promise<string[]> {
    const { rows } = await this.pool.query(
      `UPDATE ingest.import_job SET state = 'failed', problem = $2
       WHERE borough = ANY ($1) AND instance = $3 AND state IN ('awaiting-upload', 'receiving', 'running') RETURNING id`,
      [boroughs, problem, this.instance],
    );
    return rows.map((row: { id: string }) => row.id);
  }

  /** Append a sealed piece of outcomes. */
  async addOutcomes(job: string, block: number, envelope: string): Promise<void> {
    await this.pool.query('INSERT INTO ingest.import_block (job, block, envelope) VALUES ($1, $2, $3)', [
      job,
      block,
      envelope,
    ]);
  }

  /** The sealed outcomes of a job in order, one at a time. */
  async *outcomes(job: string): AsyncGenerator<{ block: number; envelope: string }> {
    for (let block = 0; ; block += 1) {
      const { rows } = await this.pool.query(
        'SELECT envelope FROM ingest.import_block WHERE job = $1 AND block = $2',
        [job, block],
      );
      const row = rows[0] as { envelope: string } | undefined;
      if (!row) return;
      yield { block, envelope: row.envelope };
    }
  }

  /** Jobs that have ended, or never got their list, and whose time to be kept is over. */
  async expired(now: string): Promise<ImportJob[]> {
    const { rows } = await this.pool.query<ImportJob>(
      `SELECT ${COLUMNS} FROM ingest.import_job WHERE keep_until <= $1 AND state IN ('awaiting-upload', 'completed', 'failed')`,
      [now],
    );
    return rows;
  }

  /** Forget a job with its outcomes. */
  async forget(id: string): Promise<void> {
    await this.pool.query('DELETE FROM ingest.import_job WHERE id = $1', [id]);
  }
}
