import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHECKPOINT_TABLE, RECORD_TABLE, VERSION_COLUMNS } from './shared-tables.js';

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

const TABLES = `
CREATE SCHEMA IF NOT EXISTS safeguarding;
REVOKE ALL ON SCHEMA safeguarding FROM PUBLIC;

${CHECKPOINT_TABLE('safeguarding')}
${RECORD_TABLE('safeguarding', "'REGISTERED'")}

-- Victims and people at risk: another schema, another role, no score and no band.
CREATE TABLE safeguarding.register (${REGISTER_COLUMNS}, PRIMARY KEY (record_id));
CREATE INDEX ON safeguarding.register (borough, role);

CREATE TABLE safeguarding.register_version (${REGISTER_COLUMNS}, ${VERSION_COLUMNS});
`;

const GRANTS = `
GRANT USAGE ON SCHEMA safeguarding TO probity_safeguarding;
GRANT SELECT, INSERT, UPDATE ON safeguarding.checkpoint, safeguarding.record, safeguarding.register,
  safeguarding.register_version TO probity_safeguarding;
`;

/** The safeguarding register: no other role than its own has any right here. */
export class Safeguarding1790000000202 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE safeguarding.register_version, safeguarding.register, safeguarding.record, safeguarding.checkpoint',
    );
  }
}
