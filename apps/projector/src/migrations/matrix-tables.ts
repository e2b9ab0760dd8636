import { CHECKPOINT_TABLE, RECORD_TABLE, VERSION_COLUMNS } from './shared-tables.js';

// Text of migrations, which are history: change the tables by a further migration, never here.

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

/** Tables of the matrix in a schema, with the rights of the role that builds it. */
export const matrixTables = (schema: string): string => `
CREATE SCHEMA IF NOT EXISTS ${schema};
REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC;

${CHECKPOINT_TABLE(schema)}
${RECORD_TABLE(schema, "'PROPOSED', 'ENTERED', 'REJECTED'")}
-- The proposal names the group, the decision does not repeat it.
ALTER TABLE ${schema}.record ADD COLUMN group_id uuid;

-- What is true now: entered people only.
CREATE TABLE ${schema}.entry (${ENTRY_COLUMNS}, PRIMARY KEY (record_id));
CREATE INDEX ON ${schema}.entry (borough, band);
CREATE INDEX ON ${schema}.entry (withhold_from);

-- Every version on both clocks, with the topic offsets at which it came and went.
CREATE TABLE ${schema}.entry_version (${ENTRY_COLUMNS}, ${VERSION_COLUMNS});
CREATE INDEX ON ${schema}.entry_version (borough, known_from);
GRANT USAGE ON SCHEMA ${schema} TO probity_matrix;
GRANT SELECT, INSERT, UPDATE ON ${schema}.checkpoint, ${schema}.record, ${schema}.entry, ${schema}.entry_version TO probity_matrix;
`;

/** Rights of the readers of the matrix, on its live generation alone. */
export const matrixReaders = (schema: string): string => `
GRANT USAGE ON SCHEMA ${schema} TO probity_reader;
GRANT SELECT ON ${schema}.entry, ${schema}.entry_version, ${schema}.checkpoint TO probity_reader;
`;
