import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PARKED_ACT_TABLE, PARKED_TABLE } from './shared-tables.js';

type Projection = 'matrix' | 'safeguarding';

/** Parked positions of one generation, with the rights of the role that builds it. */
export function parkedIn(schema: string, projection: Projection): string {
  return `
${PARKED_TABLE(schema)}
GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.parked TO probity_${projection};`;
}

// What was done is added to and never changed: the role has no UPDATE and no DELETE on the acts.
function parkingOf(projection: Projection): string {
  const role = `probity_${projection}`;
  return `
${parkedIn(projection, projection)}
${PARKED_ACT_TABLE(projection)}
GRANT USAGE ON SCHEMA ${projection}_acts TO ${role};
GRANT SELECT, INSERT ON ${projection}_acts.parked_act TO ${role};`;
}

/** Parked positions of the matrix, and what people did about them. */
export class MatrixParking1790000000203 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(parkingOf('matrix'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE matrix.parked, matrix_acts.parked_act');
  }
}

/** Parked positions of the safeguarding register, and what people did about them. */
export class SafeguardingParking1790000000203 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(parkingOf('safeguarding'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE safeguarding.parked, safeguarding_acts.parked_act');
  }
}
