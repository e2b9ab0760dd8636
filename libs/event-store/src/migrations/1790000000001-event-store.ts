import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_FUNCTION } from './append-function.js';

/** Tables of the write side: insert-only by privilege and by trigger. */
const TABLES = `
CREATE SCHEMA IF NOT EXISTS events;

-- Which login may append which types to which topics.
CREATE TABLE events.writer_right (
  role name NOT NULL,
  topic_prefix text NOT NULL,
  type_prefix text NOT NULL,
  PRIMARY KEY (role, topic_prefix, type_prefix)
);

CREATE TABLE events.stream (
  stream text PRIMARY KEY,
  topic text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  fenced_at timestamptz
);

CREATE TABLE events.batch (
  batch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  size integer NOT NULL CHECK (size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  writer_key text NOT NULL,
  signature bytea NOT NULL CHECK (length(signature) = 64)
);

CREATE SEQUENCE events.event_position;

-- Exact bytes of header and skeleton: they are hashed and signed, never rendered again.
CREATE TABLE events.event (
  position bigint PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  stream text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  topic text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  header bytea NOT NULL,
  skeleton bytea NOT NULL,
  batch bigint NOT NULL,
  path text NOT NULL,
  UNIQUE (stream, version)
);

-- Ciphertext lies apart, so that it can go after erasure while the event stays authenticated.
CREATE TABLE events.sealed_value (
  position bigint PRIMARY KEY,
  sealed bytea NOT NULL
);
ALTER TABLE events.sealed_value ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE events.outbox (
  topic text NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (topic, partition, position)
);

-- How far the relay knows a partition to hold this store's events.
CREATE TABLE events.published (
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  is_released boolean NOT NULL DEFAULT true,
  PRIMARY KEY (topic, partition)
);

CREATE TABLE events.idempotency (
  key_mac bytea PRIMARY KEY,
  request_mac bytea NOT NULL,
  result text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON events.idempotency (expires_at);
`;

const IMMUTABLE = `
CREATE FUNCTION events.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the event log is insert-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events.event
  FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events.batch
  FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();
CREATE TRIGGER no_update BEFORE UPDATE OR TRUNCATE ON events.sealed_value
  FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();

-- Ciphertext goes only after its stream has been fenced (DPA 2018 s.47, erasure).
CREATE FUNCTION events.refuse_unfenced_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM events.event e JOIN events.stream s USING (stream)
                 WHERE e.position = OLD.position AND s.fenced_at IS NOT NULL) THEN
    RAISE EXCEPTION 'ciphertext of a stream that is not fenced cannot be deleted' USING ERRCODE = '42501';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER fenced_delete BEFORE DELETE ON events.sealed_value
  FOR EACH ROW EXECUTE FUNCTION events.refuse_unfenced_delete();

-- ALWAYS: they fire under session_replication_role = replica too.
ALTER TABLE events.event ENABLE ALWAYS TRIGGER insert_only;
ALTER TABLE events.batch ENABLE ALWAYS TRIGGER insert_only;
ALTER TABLE events.sealed_value ENABLE ALWAYS TRIGGER no_update;
ALTER TABLE events.sealed_value ENABLE ALWAYS TRIGGER fenced_delete;
`;

const RIGHTS = `
INSERT INTO events.writer_right (role, topic_prefix, type_prefix) VALUES
  ('probity_ingest', 'matrix.', 'probity.matrix.'),
  ('probity_ingest', 'safeguarding.', 'probity.safeguarding.'),
  ('probity_ingest', 'access', 'probity.access.'),
  ('probity_governance', 'oversight', 'probity.oversight.'),
  ('probity_governance', 'sharing', 'probity.sharing.'),
  ('probity_governance', 'access', 'probity.access.');

REVOKE ALL ON ALL TABLES IN SCHEMA events FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA events FROM PUBLIC;
GRANT USAGE ON SCHEMA events TO probity_ingest, probity_governance;
GRANT SELECT ON events.stream, events.event, events.sealed_value, events.batch, events.outbox, events.published
  TO probity_ingest, probity_governance;
GRANT DELETE ON events.outbox TO probity_ingest, probity_governance;
GRANT INSERT, UPDATE ON events.published TO probity_ingest, probity_governance;
GRANT EXECUTE ON FUNCTION events.append TO probity_ingest, probity_governance;
GRANT EXECUTE ON FUNCTION events.forget_expired_idempotency TO probity_ingest, probity_governance;
`;

/** The event store, version 1. */
export class EventStore1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(IMMUTABLE);
    await runner.query(APPEND_FUNCTION);
    await runner.query(RIGHTS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the event store is never taken down by a migration'));
  }
}
