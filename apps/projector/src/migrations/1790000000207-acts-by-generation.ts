import type { MigrationInterface, QueryRunner } from 'typeorm';

// Whoever reads the acts must know whether somebody acted on what people saw or on what was being built.
const BY_GENERATION = (projection: string): string => `
ALTER TABLE ${projection}_acts.parked_act ADD COLUMN generation integer NOT NULL DEFAULT 1 CHECK (generation > 0);
ALTER TABLE ${projection}_acts.parked_act ALTER COLUMN generation DROP DEFAULT;
CREATE INDEX ON ${projection}_acts.parked_act (topic, partition, topic_offset);`;

/** Acts on what is parked name the generation of the read model. */
export class ActsByGeneration1790000000207 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(BY_GENERATION('matrix'));
    await runner.query(BY_GENERATION('safeguarding'));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const projection of ['matrix', 'safeguarding'])
      await runner.query(`ALTER TABLE ${projection}_acts.parked_act DROP COLUMN generation`);
  }
}
