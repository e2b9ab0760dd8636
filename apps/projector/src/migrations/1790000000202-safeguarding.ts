import type { MigrationInterface, QueryRunner } from 'typeorm';
import { safeguardingTables } from './safeguarding-tables.js';

/** The safeguarding register: no other role than its own has any right here. */
export class Safeguarding1790000000202 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(safeguardingTables('safeguarding'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE safeguarding.register_version, safeguarding.register, safeguarding.record, safeguarding.checkpoint',
    );
  }
}
