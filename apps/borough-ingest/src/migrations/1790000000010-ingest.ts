import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
CREATE SCHEMA IF NOT EXISTS ingest;

-- One upload of one borough's list. Counts and states only: what a row says lies sealed in import_block.
CREATE TABLE ingest.import_job (
  id uuid PRIMARY KEY,
  borough text NOT NULL,
  file_name text NOT NULL,
  file_hash text NOT NULL,
  groups_hash text,
  window_id uuid,
  as_at timestamptz NOT NULL,
  uploader text NOT NULL,
  is_dry_run boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('awaiting-upload', 'receiving', 'running', 'completed', 'failed')),
  adapter text,
  adapter_how text CHECK (adapter_how IN ('told', 'found')),
  progress jsonb NOT NULL,
  problem jsonb,
  key_record uuid NOT NULL,
  key_version integer NOT NULL,
  keep_until timestamptz NOT NULL
);
CREATE INDEX ON ingest.import_job (borough, file_hash);
CREATE INDEX ON ingest.import_job (keep_until);

-- Outcomes and problem rows of a block of rows, sealed under the job's key.
CREATE TABLE ingest.import_block (
  job uuid NOT NULL REFERENCES ingest.import_job ON DELETE CASCADE,
  block integer NOT NULL,
  envelope text NOT NULL,
  PRIMARY KEY (job, block)
);

-- First readable row of each reference within one import: keyed hashes, gone when the import has ended.
CREATE TABLE ingest.import_seen (
  scope bytea NOT NULL,
  row_key bytea NOT NULL,
  content_mac bytea NOT NULL,
  line integer NOT NULL,
  PRIMARY KEY (scope, row_key)
);

-- HMAC(borough, local reference) of every record that was made from a file; erased with the record.
CREATE TABLE ingest.row_key (
  borough text NOT NULL,
  row_key bytea NOT NULL,
  content_mac bytea NOT NULL,
  record_id uuid NOT NULL UNIQUE,
  PRIMARY KEY (borough, row_key)
);

CREATE TABLE ingest.group_key (
  borough text NOT NULL,
  name_key bytea NOT NULL,
  group_id uuid NOT NULL UNIQUE,
  PRIMARY KEY (borough, name_key)
);

GRANT USAGE ON SCHEMA ingest TO probity_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ingest TO probity_ingest;
`;

/** Job state, row keys and group keys of the borough ingest, version 1. */
export class Ingest1790000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA ingest CASCADE');
  }
}
