import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
-- Records whose keys are closed away. Its sequence counts fences, so that holders of leases can ask for those after one.
CREATE TABLE vault.fence (
  record_id uuid PRIMARY KEY,
  sequence bigint NOT NULL UNIQUE,
  fenced_at timestamptz NOT NULL,
  lifted_at timestamptz
);
CREATE SEQUENCE vault.fence_number;
CREATE SEQUENCE vault.start_number;

-- Keys that may be used: all but those of fenced records.
CREATE VIEW vault.usable_key AS
  SELECT record_id, dek_version, borough, family, epoch, wrapped FROM vault.data_key k
  WHERE NOT EXISTS (SELECT FROM vault.fence f WHERE f.record_id = k.record_id AND f.lifted_at IS NULL);
`;

/**
 * Acts on fences, with their owner's rights: a key is destroyed only behind a fence, a fence is not lifted from a destroyed
 * key, and behind a fence no key is made. SQLSTATEs: `ER404` no key, `ER410` destroyed, `ER423` fenced, or not fenced.
 */
const FUNCTIONS = `
CREATE FUNCTION vault.fence_record(i_record uuid, i_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  -- One after the other, so that who has seen a number has seen all before it.
  PERFORM pg_advisory_xact_lock(hashtextextended('vault.fence', 0));
  IF NOT EXISTS (SELECT FROM vault.data_key k WHERE k.record_id = i_record) THEN
    RAISE EXCEPTION 'there is no such key' USING ERRCODE = 'ER404';
  END IF;
  INSERT INTO vault.fence AS f (record_id, sequence, fenced_at) VALUES (i_record, nextval('vault.fence_number'), i_now)
    ON CONFLICT (record_id) DO UPDATE SET sequence = excluded.sequence, fenced_at = i_now, lifted_at = NULL
      WHERE f.lifted_at IS NOT NULL;
END $$;

CREATE FUNCTION vault.lift_fence(i_record uuid, i_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM 1 FROM vault.fence f WHERE f.record_id = i_record FOR UPDATE;
  IF EXISTS (SELECT FROM vault.data_key k WHERE k.record_id = i_record AND k.wrapped IS NULL) THEN
    RAISE EXCEPTION 'the key is destroyed' USING ERRCODE = 'ER410';
  END IF;
  UPDATE vault.fence f SET lifted_at = i_now WHERE f.record_id = i_record AND f.lifted_at IS NULL;
END $$;

CREATE FUNCTION vault.destroy_key(i_record uuid, i_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM 1 FROM vault.fence f WHERE f.record_id = i_record AND f.lifted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the key is not fenced' USING ERRCODE = 'ER423';
  END IF;
  UPDATE vault.data_key k SET wrapped = NULL, destroyed_at = i_now WHERE k.record_id = i_record AND k.wrapped IS NOT NULL;
END $$;

CREATE FUNCTION vault.refuse_fenced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh n JOIN vault.fence f USING (record_id) WHERE f.lifted_at IS NULL) THEN
    RAISE EXCEPTION 'no key is made behind a fence' USING ERRCODE = 'ER423';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_fenced AFTER INSERT ON vault.data_key REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_fenced();
`;

const RIGHTS = `
REVOKE ALL ON FUNCTION vault.fence_record, vault.lift_fence, vault.destroy_key, vault.refuse_fenced FROM PUBLIC;
GRANT SELECT ON vault.fence, vault.usable_key TO probity_vault;
GRANT USAGE, SELECT ON SEQUENCE vault.start_number TO probity_vault;
GRANT EXECUTE ON FUNCTION vault.fence_record, vault.lift_fence, vault.destroy_key TO probity_vault;
`;

/** Fences and the destruction of keys (ADR 0023). The service still may neither change nor delete a wrapped key. */
export class Erasure1790000000320 implements MigrationInterface {
  readonly name = 'Erasure1790000000320';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [TABLES, FUNCTIONS, RIGHTS]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER refuse_fenced ON vault.data_key');
    for (const name of ['fence_record', 'lift_fence', 'destroy_key', 'refuse_fenced'])
      await runner.query(`DROP FUNCTION vault.${name}`);
    await runner.query('DROP VIEW vault.usable_key');
    await runner.query('DROP TABLE vault.fence');
    await runner.query('DROP SEQUENCE vault.fence_number, vault.start_number');
  }
}
