import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHECKPOINT_TABLE, RECORD_TABLE, VERSION_COLUMNS } from './shared-tables.js';

// a table that may hold a person of the matrix has this constraint, so that no victim can be in any of them.
const ENTRY_COLUMNS = `
  record_id uuid NOT NULL,
  borough text NOT NULL CHECK (borough ~ '^E[0-9]{8}$'),
  role text NOT NULL CHECK (role IN ('SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER')),
  role_label text NOT NULL GENERATED ALWAYS AS
    (CASE role WHEN 'CONVICTED_OFFENDER' THEN 'Convicted' ELSE 'Suspected, not convicted' END) STORED,
  band text NOT NULL CHECK (band IN ('RED', 'AMBER', 'GREEN')),
  legacy_assertion boolean NOT NULL,
  entered_at timestamptz NOT NULL,
  review_due timestamptz NOT NULL,
  attest_by timestamptz CHECK (legacy_assertion = (attest_by IS NOT NULL)),
  criteria_hold_until timestamptz,
  withhold_from timestamptz NOT NULL,
  in_custody boolean NOT NULL,
  age_class text NOT NULL CHECK (age_class IN ('UNDER_10', 'AGE_10_TO_12', 'AGE_13_TO_17', 'ADULT')),
  group_id uuid,
  version integer NOT NULL CHECK (version > 0),
  topic text NOT NULL,
  topic_offset bigint NOT NULL CHECK (topic_offset >= 0)
`;

const TABLES = `
CREATE SCHEMA IF NOT EXISTS matrix;
REVOKE ALL ON SCHEMA matrix FROM PUBLIC;

${CHECKPOINT_TABLE('matrix')}
${RECORD_TABLE('matrix', "'PROPOSED', 'ENTERED', 'REJECTED'")}
-- The proposal names the group, the decision does not repeat it.
ALTER TABLE matrix.record ADD COLUMN group_id uuid;

-- What is true now: entered people only.
CREATE TABLE matrix.entry (${ENTRY_COLUMNS}, PRIMARY KEY (record_id));
CREATE INDEX ON matrix.entry (borough, band);
CREATE INDEX ON matrix.entry (withhold_from);

-- Every version on both clocks, with the topic offsets at which it came and went.
CREATE TABLE matrix.entry_version (${ENTRY_COLUMNS}, ${VERSION_COLUMNS});
CREATE INDEX ON matrix.entry_version (borough, known_from);
`;

const GRANTS = `
GRANT USAGE ON SCHEMA matrix TO probity_matrix, probity_reader;
GRANT SELECT, INSERT, UPDATE ON matrix.checkpoint, matrix.record, matrix.entry, matrix.entry_version TO probity_matrix;
GRANT SELECT ON matrix.entry, matrix.entry_version, matrix.checkpoint TO probity_reader;
`;

/** The central matrix: progress, current entries, every version of them. Nobody but its own role and the reader comes in. */
export class Matrix1790000000201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE matrix.entry_version, matrix.entry, matrix.record, matrix.checkpoint');
  }
}
