import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Idempotency for several requests of one transaction; `events.append` does the same for one. */
const FUNCTIONS = `
-- Which of some requests have been answered before. The stored result is told to who sends the same request alone.
CREATE FUNCTION events.answered(i_key bytea[], i_request bytea[], i_now timestamptz[])
  RETURNS TABLE (key_mac bytea, result text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT i.key_mac, CASE WHEN i.request_mac = u.request_mac THEN i.result END
  FROM unnest(i_key, i_request, i_now) AS u(key_mac, request_mac, now)
  JOIN events.idempotency i ON i.key_mac = u.key_mac AND i.expires_at > u.now;
$$;

-- Takes the keys of some requests, all or none. Keys in one order, so that two transactions cannot wait for each other.
CREATE FUNCTION events.take_keys(i_key bytea[], i_request bytea[], i_result text[], i_now timestamptz[], i_hours integer)
  RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  taken integer;
BEGIN
  INSERT INTO events.idempotency AS i
    SELECT u.key_mac, u.request_mac, u.result, u.now + make_interval(hours => i_hours)
    FROM unnest(i_key, i_request, i_result, i_now) AS u(key_mac, request_mac, result, now) ORDER BY u.key_mac
    ON CONFLICT (key_mac) DO UPDATE SET request_mac = excluded.request_mac, result = excluded.result, expires_at = excluded.expires_at
      WHERE i.expires_at <= excluded.expires_at - make_interval(hours => i_hours);
  GET DIAGNOSTICS taken = ROW_COUNT;
  IF taken <> cardinality(i_key) THEN
    RAISE EXCEPTION 'an idempotency key of the group was used meanwhile' USING ERRCODE = 'PB422';
  END IF;
END $$;
`;

const RIGHTS = `
REVOKE ALL ON FUNCTION events.answered, events.take_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.answered, events.take_keys TO probity_ingest, probity_governance;
`;

/** The event store, version 4: what single appends need to share transactions (ADR 0015). */
export class GroupCommit1790000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FUNCTIONS);
    await runner.query(RIGHTS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the event store is never taken down by a migration'));
  }
}
