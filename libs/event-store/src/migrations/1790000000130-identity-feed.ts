import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Records whose identity has been sealed and waits to be indexed: rows like an outbox, written in the transaction of the append, so
 * that no late commit is ever passed over as it would be by whoever remembers a position.
 */
const TABLE = `
CREATE TABLE events.identity_to_index (
  position bigint PRIMARY KEY,
  record_id uuid NOT NULL
);
INSERT INTO events.identity_to_index (position, record_id)
  SELECT v.position, e.key::uuid FROM events.sealed_value v JOIN events.event e USING (position)
  WHERE e.stream = 'records/' || e.key AND position('"identity":{'::bytea IN v.sealed) > 0;
`;

// The sealed groups are canonical JSON of base64url texts, in which these bytes stand for nothing but the member. The event is
// inserted before its value, and only there stands whose it is.
const TRIGGER = `
CREATE FUNCTION events.note_identity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO events.identity_to_index (position, record_id)
    SELECT n.position, e.key::uuid FROM fresh n JOIN events.event e ON e.position = n.position
    WHERE position('"identity":{'::bytea IN n.sealed) > 0 AND e.stream = 'records/' || e.key
    ON CONFLICT (position) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_identity AFTER INSERT ON events.sealed_value REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION events.note_identity();
ALTER TABLE events.sealed_value ENABLE ALWAYS TRIGGER note_identity;
`;

const FUNCTIONS = `
CREATE FUNCTION events.identities_to_index(i_after bigint, i_most integer) RETURNS TABLE (place bigint, record_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.position, t.record_id FROM events.identity_to_index t WHERE t.position > i_after ORDER BY t.position LIMIT i_most;
$$;

CREATE FUNCTION events.identities_indexed(i_positions bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  DELETE FROM events.identity_to_index t WHERE t.position = ANY (i_positions);
$$;
`;

const RIGHTS = `
REVOKE ALL ON events.identity_to_index FROM PUBLIC;
REVOKE ALL ON FUNCTION events.note_identity, events.identities_to_index, events.identities_indexed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.identities_to_index, events.identities_indexed TO probity_vault;
`;

/** The event store, version 130: the vault learns whose identity has been sealed, and nothing else of it. */
export class IdentityFeed1790000000130 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [TABLE, TRIGGER, FUNCTIONS, RIGHTS]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the event store is never taken down by a migration'));
  }
}
