import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The one way by which the vault comes to a sealed identity: by record id, and to nothing else of the record. */
const FUNCTIONS = `
-- The last identity that was sealed for each record: the header that its seal is bound to, and the envelope.
CREATE FUNCTION events.sealed_identities(i_record uuid[])
  RETURNS TABLE (record_id uuid, header bytea, identity jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT DISTINCT ON (r.record_id) r.record_id, e.header, convert_from(v.sealed, 'UTF8')::jsonb -> 'identity'
  FROM unnest(i_record) AS r(record_id)
  JOIN events.event e ON e.stream = 'records/' || r.record_id::text
  JOIN events.sealed_value v ON v.position = e.position
  WHERE convert_from(v.sealed, 'UTF8')::jsonb ? 'identity'
  ORDER BY r.record_id, e.version DESC;
$$;
`;

const RIGHTS = `
REVOKE ALL ON FUNCTION events.sealed_identities FROM PUBLIC;
GRANT USAGE ON SCHEMA events TO probity_vault;
GRANT EXECUTE ON FUNCTION events.sealed_identities TO probity_vault;
`;

/** The event store, version 5: identities are opened in the vault, from what is stored. */
export class SealedIdentities1790000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FUNCTIONS);
    await runner.query(RIGHTS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the event store is never taken down by a migration'));
  }
}
