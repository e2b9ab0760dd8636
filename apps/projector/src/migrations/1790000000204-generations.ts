import type { MigrationInterface, QueryRunner } from 'typeorm';
import { parkedIn } from './1790000000203-parking.js';
import { extendGenerations } from './extend-generations.js';
import { GENERATION_FUNCTIONS } from './generation-functions.js';
import { matrixReaders, matrixTables } from './matrix-tables.js';
import { safeguardingTables } from './safeguarding-tables.js';

const REGISTRY = `
REVOKE ALL ON SCHEMA projection FROM PUBLIC;

-- What a generation is made of: the only text that projection.begin executes. '{schema}' stands for the schema.
CREATE TABLE projection.definition (
  projection text NOT NULL CHECK (projection ~ '^[a-z]{1,40}$'),
  version integer NOT NULL CHECK (version > 0),
  builder name NOT NULL,
  tables text NOT NULL,
  readers text,
  PRIMARY KEY (projection, version)
);

-- Version, fingerprint and counter of the first generation stand in its checkpoints until it changes its place.
CREATE TABLE projection.generation (
  projection text NOT NULL,
  generation integer NOT NULL CHECK (generation > 0),
  version integer CHECK (version > 0),
  fingerprint text CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  place text NOT NULL CHECK (place IN ('next', 'live', 'previous', 'aside', 'dropped')),
  begun_at timestamptz,
  begun_by text,
  applied_events bigint,
  PRIMARY KEY (projection, generation)
);
CREATE UNIQUE INDEX ON projection.generation (projection, place) WHERE place <> 'dropped';

-- Who did what to which generation, when by the domain clock, and over which differences.
CREATE TABLE projection.act (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  projection text NOT NULL,
  generation integer NOT NULL,
  act text NOT NULL CHECK (act IN ('begun', 'resumed', 'refused', 'switched', 'rolled-back', 'dropped')),
  at timestamptz NOT NULL,
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 64),
  why text CHECK (length(why) BETWEEN 1 AND 500),
  differences bigint,
  digest text CHECK (digest ~ '^[0-9a-f]{64}$'),
  FOREIGN KEY (projection, generation) REFERENCES projection.generation
);
CREATE FUNCTION projection.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN RAISE EXCEPTION 'acts are never changed'; END $$;
CREATE TRIGGER act_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON projection.act
  FOR EACH STATEMENT EXECUTE FUNCTION projection.refuse_change();
ALTER TABLE projection.act ENABLE ALWAYS TRIGGER act_insert_only;
`;

const GRANTS = `
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA projection FROM PUBLIC;
GRANT USAGE ON SCHEMA projection TO probity_matrix, probity_safeguarding;
GRANT SELECT ON projection.generation, projection.act TO probity_matrix, probity_safeguarding;
GRANT EXECUTE ON FUNCTION projection.begin, projection.switch, projection.roll_back, projection.discard, projection.refuse,
  projection.withdraw_readers TO probity_matrix, probity_safeguarding;
`;

const FIRST_GENERATIONS = `
INSERT INTO projection.definition VALUES
  ('matrix', 1, 'probity_matrix', $1, $2),
  ('safeguarding', 1, 'probity_safeguarding', $3, NULL)`;

const generationColumn = (schema: string): string => `
-- Whoever writes says for which generation: a name alone may have passed to another one.
ALTER TABLE ${schema}.checkpoint ADD COLUMN generation integer NOT NULL DEFAULT 1 CHECK (generation > 0);
ALTER TABLE ${schema}.checkpoint ALTER COLUMN generation DROP DEFAULT;
`;

/** Generations: a read model is built anew beside the live one, compared, and takes its name in one transaction. */
export class Generations1790000000204 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REGISTRY);
    await runner.query(GENERATION_FUNCTIONS);
    await runner.query(GRANTS);
    const schema = '{schema}';
    await runner.query(FIRST_GENERATIONS, [
      matrixTables(schema) + parkedIn(schema, 'matrix'),
      matrixReaders(schema),
      safeguardingTables(schema) + parkedIn(schema, 'safeguarding'),
    ]);
    await runner.query(
      `INSERT INTO projection.generation (projection, generation, place) VALUES ('matrix', 1, 'live'), ('safeguarding', 1, 'live')`,
    );
    await extendGenerations(runner, 'matrix', generationColumn);
    await extendGenerations(runner, 'safeguarding', generationColumn);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE projection.act, projection.generation, projection.definition CASCADE');
    for (const live of ['matrix', 'safeguarding'])
      await runner.query(`ALTER TABLE ${live}.checkpoint DROP COLUMN generation`);
  }
}
