import type { MigrationInterface, QueryRunner } from 'typeorm';
import { matrixReaders, matrixTables } from './matrix-tables.js';

/** The central matrix: progress, current entries, every version of them. Nobody but its own role and the reader comes in. */
export class Matrix1790000000201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(matrixTables('matrix'));
    await runner.query(matrixReaders('matrix'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE matrix.entry_version, matrix.entry, matrix.record, matrix.checkpoint');
  }
}
