import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
CREATE SCHEMA IF NOT EXISTS governance;

-- A migration window: lets one file of one borough be entered as legacy assertions. Two people open it, the ingest
-- closes it, and a closed one is never opened again.
CREATE TABLE governance.migration_window (
  id uuid PRIMARY KEY,
  borough text NOT NULL CHECK (borough ~ '^E09[0-9]{6}$'),
  file_hash text NOT NULL CHECK (file_hash ~ '^[0-9a-f]{64}$'),
  groups_hash text CHECK (groups_hash ~ '^[0-9a-f]{64}$'),
  as_at timestamptz(3) NOT NULL,
  requested_by text NOT NULL,
  approved_by text CHECK (approved_by <> requested_by),
  state text NOT NULL CHECK (state IN ('requested', 'open', 'closed')),
  opened_at timestamptz(3),
  closed_at timestamptz(3),
  rows integer CHECK (rows >= 0),
  CHECK ((state = 'requested') = (approved_by IS NULL)),
  CHECK ((state = 'requested') = (opened_at IS NULL)),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK ((state = 'closed') = (rows IS NOT NULL))
);
CREATE UNIQUE INDEX one_window_a_file ON governance.migration_window (borough, file_hash, coalesce(groups_hash, ''));

GRANT USAGE ON SCHEMA governance TO probity_governance;
GRANT SELECT, INSERT, UPDATE ON governance.migration_window TO probity_governance;
`;

/** Tables of the governance service, version 1. Windows are never deleted, so the service has no right to. */
export class Governance1790000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA governance CASCADE');
  }
}
