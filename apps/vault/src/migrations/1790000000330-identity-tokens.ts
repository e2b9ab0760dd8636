import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = `
-- What people are found by: keyed hashes, deletable, and gone with the key of their record (R-61).
CREATE TABLE vault.identity_token (
  record_id uuid NOT NULL,
  token bytea NOT NULL CHECK (length(token) = 16),
  PRIMARY KEY (token, record_id)
);
CREATE INDEX ON vault.identity_token (record_id);
`;

const destroyKey = (extra: string): string => `
CREATE OR REPLACE FUNCTION vault.destroy_key(i_record uuid, i_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM 1 FROM vault.fence f WHERE f.record_id = i_record AND f.lifted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the key is not fenced' USING ERRCODE = 'ER423';
  END IF;
  UPDATE vault.data_key k SET wrapped = NULL, destroyed_at = i_now WHERE k.record_id = i_record AND k.wrapped IS NOT NULL;
${extra}END $$;
`;

const FUNCTIONS = `
-- Puts the tokens of records in the place of those that they had. Holds their keys meanwhile: of a key that is destroyed before,
-- nothing is put down, and one that is destroyed afterwards takes with it what was.
CREATE FUNCTION vault.index_identities(i_records uuid[], i_owners uuid[], i_tokens bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  living uuid[];
BEGIN
  living := ARRAY(SELECT DISTINCT held.record_id FROM (
    SELECT k.record_id FROM vault.data_key k WHERE k.record_id = ANY (i_records) AND k.wrapped IS NOT NULL
    ORDER BY k.record_id, k.dek_version FOR SHARE) held);
  DELETE FROM vault.identity_token t WHERE t.record_id = ANY (i_records);
  INSERT INTO vault.identity_token (record_id, token)
    SELECT n.record_id, n.token FROM unnest(i_owners, i_tokens) AS n (record_id, token)
    WHERE n.record_id = ANY (living) ON CONFLICT DO NOTHING;
END $$;
${destroyKey('  DELETE FROM vault.identity_token t WHERE t.record_id = i_record;\n')}
`;

const RIGHTS = `
REVOKE ALL ON FUNCTION vault.index_identities FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.index_identities TO probity_vault;
GRANT SELECT ON vault.identity_token TO probity_vault;
`;

/** Tokens by which people are found without their names (ADR 0024). */
export class IdentityTokens1790000000330 implements MigrationInterface {
  readonly name = 'IdentityTokens1790000000330';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [TABLE, FUNCTIONS, RIGHTS]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(destroyKey(''));
    await runner.query('DROP FUNCTION vault.index_identities');
    await runner.query('DROP TABLE vault.identity_token');
  }
}
