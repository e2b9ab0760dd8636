import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_FUNCTION_WITH_ERASURE } from './append-function.js';

const FAMILIES = ['matrix', 'safeguarding'];
/** Events of the erasure itself, and whether a fenced stream takes them. */
const SAGA: readonly (readonly [event: string, isTakenFenced: boolean])[] = [
  ['erasure-requested', false],
  ['record-fenced', false],
  ['erasure-cancelled', true],
  ['subject-key-destroyed', true],
  ['ciphertext-deleted', true],
];

const valuesOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `(${row.join(', ')})`).join(',\n  ');

const reserved = FAMILIES.flatMap((family) =>
  SAGA.map(([event, isTakenFenced]) => [
    `'probity.${family}.${event}.'`,
    `'probity_retention'`,
    String(isTakenFenced),
  ]),
);
const rights = FAMILIES.flatMap((family) =>
  [...SAGA.map(([event]) => event), 'entry-removed'].map((event) => [
    `'probity_retention'`,
    `'${family}.'`,
    `'probity.${family}.${event}.'`,
  ]),
);

const TABLES = `
-- Types that one login alone may append, whatever prefixes others have.
CREATE TABLE events.reserved_type (
  type_prefix text PRIMARY KEY,
  role name NOT NULL,
  is_taken_fenced boolean NOT NULL
);
INSERT INTO events.reserved_type (type_prefix, role, is_taken_fenced) VALUES
  ${valuesOf(reserved)};
INSERT INTO events.writer_right (role, topic_prefix, type_prefix) VALUES
  ${valuesOf(rights)};

-- From here on the erasure cannot be cancelled: the vault destroys the key, or has done so.
ALTER TABLE events.stream ADD COLUMN destruction_begun_at timestamptz,
  ADD CHECK (destruction_begun_at IS NULL OR fenced_at IS NOT NULL);
`;

/**
 * What an event of an erasure does to its stream. A trigger, so that it happens in the transaction of the append, and again
 * when a recovery takes the event back from its topic. SQLSTATEs: `PB423` out of place, `PB410` past recall.
 */
const EFFECTS = `
CREATE FUNCTION events.apply_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  step text := split_part(NEW.type, '.', 3);
  told timestamptz := (convert_from(NEW.header, 'UTF8')::jsonb->>'time')::timestamptz;
BEGIN
  IF step = 'record-fenced' THEN
    UPDATE events.stream SET fenced_at = told WHERE stream = NEW.stream AND fenced_at IS NULL;
  ELSIF step = 'erasure-cancelled' THEN
    IF EXISTS (SELECT 1 FROM events.stream WHERE stream = NEW.stream AND destruction_begun_at IS NOT NULL) THEN
      RAISE EXCEPTION 'the erasure of % cannot be cancelled: its key is being destroyed', NEW.stream USING ERRCODE = 'PB410';
    END IF;
    UPDATE events.stream SET fenced_at = NULL WHERE stream = NEW.stream AND fenced_at IS NOT NULL;
  ELSIF step = 'subject-key-destroyed' THEN
    UPDATE events.stream SET destruction_begun_at = coalesce(destruction_begun_at, told)
      WHERE stream = NEW.stream AND fenced_at IS NOT NULL;
  ELSE
    PERFORM 1 FROM events.stream WHERE stream = NEW.stream AND destruction_begun_at IS NOT NULL;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the event % of % is out of place', step, NEW.stream USING ERRCODE = 'PB423';
  END IF;
  IF step = 'ciphertext-deleted' THEN
    DELETE FROM events.sealed_value v USING events.event e WHERE e.stream = NEW.stream AND v.position = e.position;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER apply_erasure AFTER INSERT ON events.event FOR EACH ROW
  WHEN (NEW.type ~ '^probity\\.[a-z]+\\.(record-fenced|erasure-cancelled|subject-key-destroyed|ciphertext-deleted)\\.v')
  EXECUTE FUNCTION events.apply_erasure();
ALTER TABLE events.event ENABLE ALWAYS TRIGGER apply_erasure;
`;

const FUNCTIONS = `
-- The vault's word that a key is about to go, at the version that it has checked: nothing can come between check and deed.
CREATE FUNCTION events.begin_destruction(i_stream text, i_version integer, i_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  UPDATE events.stream SET destruction_begun_at = coalesce(destruction_begun_at, i_now)
    WHERE stream = i_stream AND version = i_version AND fenced_at IS NOT NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the stream % is not fenced at version %', i_stream, i_version USING ERRCODE = 'PB409';
  END IF;
END $$;

-- Deletes the ciphertext of a stream whose key is gone, and answers with the number of values; headers and skeletons stay.
CREATE FUNCTION events.delete_sealed(i_stream text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  gone bigint;
BEGIN
  PERFORM 1 FROM events.stream WHERE stream = i_stream AND destruction_begun_at IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the ciphertext of % stays: its key is not destroyed', i_stream USING ERRCODE = 'PB423';
  END IF;
  DELETE FROM events.sealed_value v USING events.event e WHERE e.stream = i_stream AND v.position = e.position;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
`;

const RIGHTS = `
REVOKE ALL ON events.reserved_type FROM PUBLIC;
REVOKE ALL ON FUNCTION events.apply_erasure, events.begin_destruction, events.delete_sealed FROM PUBLIC;
GRANT USAGE ON SCHEMA events TO probity_retention, probity_vault_events;
GRANT SELECT ON events.stream, events.event, events.sealed_value, events.batch TO probity_retention, probity_vault_events;
GRANT EXECUTE ON FUNCTION events.append, events.delete_sealed TO probity_retention;
GRANT EXECUTE ON FUNCTION events.begin_destruction TO probity_vault_events;
`;

/** The event store, version 120: the fence, its own login, and the end of ciphertext (ADR 0023). */
export class Erasure1790000000120 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(APPEND_FUNCTION_WITH_ERASURE);
    await runner.query(EFFECTS);
    await runner.query(FUNCTIONS);
    await runner.query(RIGHTS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the event store is never taken down by a migration'));
  }
}
