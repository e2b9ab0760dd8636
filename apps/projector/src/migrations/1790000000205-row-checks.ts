import { ALARM_TABLE } from '@probity/reconciliation';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { extendGenerations } from './extend-generations.js';

const PROJECTIONS = ['matrix', 'safeguarding'] as const;

// Rows from before have no digest: nobody can tell any more whether they are as they were written. A rebuild covers them.
const digestColumn = (schema: string): string => `
ALTER TABLE ${schema}.record ADD COLUMN rows_digest bytea CHECK (length(rows_digest) > 0);
`;

/** A digest of all rows of each record, by which a change by hand is found, and the alarms that tell of it. */
export class RowChecks1790000000205 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const projection of PROJECTIONS) {
      await extendGenerations(runner, projection, digestColumn);
      await runner.query(ALARM_TABLE(`${projection}_acts.alarm`, `probity_${projection}`));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const projection of PROJECTIONS) {
      await runner.query(`DROP TABLE ${projection}_acts.alarm`);
      await runner.query(`ALTER TABLE ${projection}.record DROP COLUMN rows_digest`);
    }
  }
}
