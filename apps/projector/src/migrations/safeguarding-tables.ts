import { CHECKPOINT_TABLE, RECORD_TABLE, VERSION_COLUMNS } from './shared-tables.js';

// Text of migrations, which are history: change the tables by a further migration, never here.

const REGISTER_COLUMNS = `
  record_id uuid NOT NULL,
  borough text NOT NULL CHECK (borough ~ '^E[0-9]{8}$'),
  role text NOT NULL CHECK (role IN ('VICTIM', 'AT_RISK')),
  vulnerability text NOT NULL CHECK (vulnerability IN ('HIGH', 'STANDARD')),
  registered_at timestamptz NOT NULL,
  review_due timestamptz NOT NULL,
  criteria_hold_until timestamptz,
  withhold_from timestamptz NOT NULL,
  in_custody boolean NOT NULL,
  age_class text NOT NULL CHECK (age_class IN ('UNDER_10', 'AGE_10_TO_12', 'AGE_13_TO_17', 'ADULT')),
  version integer NOT NULL CHECK (version > 0),
  topic text NOT NULL,
  topic_offset bigint NOT NULL CHECK (topic_offset >= 0)
`;

/** Tables of the safeguarding register in a schema, with the rights of its own role; nobody else has any. */
export const safeguardingTables = (schema: string): string => `
CREATE SCHEMA IF NOT EXISTS ${schema};
REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC;

${CHECKPOINT_TABLE(schema)}
${RECORD_TABLE(schema, "'REGISTERED'")}

-- Victims and people at risk: another schema, another role, no score and no band.
CREATE TABLE ${schema}.register (${REGISTER_COLUMNS}, PRIMARY KEY (record_id));
CREATE INDEX ON ${schema}.register (borough, role);

CREATE TABLE ${schema}.register_version (${REGISTER_COLUMNS}, ${VERSION_COLUMNS});

GRANT USAGE ON SCHEMA ${schema} TO probity_safeguarding;
GRANT SELECT, INSERT, UPDATE ON ${schema}.checkpoint, ${schema}.record, ${schema}.register,
  ${schema}.register_version TO probity_safeguarding;
`;
