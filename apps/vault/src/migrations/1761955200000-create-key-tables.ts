import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tables of wrapped keys. The service may add rows and read them; it may neither change nor delete one, so that a key
 * cannot be exchanged or lost through it. A destroyed key is a row without its wrapped bytes.
 */
export class CreateKeyTables1761955200000 implements MigrationInterface {
  readonly name = 'CreateKeyTables1761955200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE vault.data_key (
        record_id uuid NOT NULL,
        dek_version integer NOT NULL CHECK (dek_version >= 1),
        borough text NOT NULL CHECK (borough ~ '^E09[0-9]{6}$'),
        family text NOT NULL CHECK (family IN ('matrix', 'safeguarding', 'group', 'import')),
        wrapped bytea CHECK (octet_length(wrapped) BETWEEN 48 AND 512),
        epoch integer NOT NULL CHECK (epoch >= 1),
        issued_at timestamptz NOT NULL,
        destroyed_at timestamptz,
        PRIMARY KEY (record_id, dek_version),
        CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
      )`);
    await runner.query(`
      CREATE TABLE vault.index_pepper (
        purpose text PRIMARY KEY,
        wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 48 AND 512),
        epoch integer NOT NULL CHECK (epoch >= 1),
        issued_at timestamptz NOT NULL
      )`);
    await runner.query('GRANT USAGE ON SCHEMA vault TO probity_vault');
    await runner.query('GRANT SELECT, INSERT ON vault.data_key, vault.index_pepper TO probity_vault');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE vault.index_pepper');
    await runner.query('DROP TABLE vault.data_key');
  }
}
