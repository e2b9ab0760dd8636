import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = `
-- Which of several processes runs the job: another that starts must not take it for one that was left behind.
ALTER TABLE ingest.import_job ADD COLUMN instance integer NOT NULL DEFAULT 1;
-- Every row has been decided and every outcome is stored: what is left is to close the window and to say so.
ALTER TABLE ingest.import_job ADD COLUMN is_whole boolean NOT NULL DEFAULT false;
`;

/** Lets several processes host one borough, and an import that died at its very end keep its report. */
export class ImportTurns1790000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE ingest.import_job DROP COLUMN instance, DROP COLUMN is_whole');
  }
}
