import { ALARM_TABLE } from '@probity/reconciliation';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
CREATE SCHEMA IF NOT EXISTS ledger;
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;

-- One partition of one topic, and how far it has been verified.
CREATE TABLE ledger.lane (
  lane smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  partition integer NOT NULL CHECK (partition >= 0),
  next_offset bigint NOT NULL DEFAULT 0 CHECK (next_offset >= 0),
  duplicates bigint NOT NULL DEFAULT 0,
  -- Offsets that were removed from the topic before anybody had verified them.
  unseen bigint NOT NULL DEFAULT 0,
  UNIQUE (topic, partition)
);

-- One row for each offset that has been read: which event of the store it is, and that event's bytes under this
-- process's key, so that a later change of the store cannot be covered up by whoever made it.
CREATE TABLE ledger.record (
  lane smallint NOT NULL REFERENCES ledger.lane,
  topic_offset bigint NOT NULL,
  event_id uuid,
  position bigint,
  digest bytea CHECK (length(digest) = 32),
  sealed_digest bytea CHECK (length(sealed_digest) = 32),
  fault text CHECK (fault ~ '^REC-[0-9]{3}$'),
  reason text,
  PRIMARY KEY (lane, topic_offset),
  CHECK ((fault IS NULL) = (reason IS NULL)),
  CHECK (fault IS NOT NULL OR (event_id IS NOT NULL AND position IS NOT NULL AND digest IS NOT NULL))
);
CREATE INDEX ON ledger.record (position);
CREATE INDEX ON ledger.record (lane, topic_offset) WHERE fault IS NOT NULL;
${ALARM_TABLE('ledger.alarm', 'probity_ledger')}
`;

const GRANTS = `
GRANT USAGE ON SCHEMA ledger, events TO probity_ledger;
GRANT SELECT, INSERT, UPDATE ON ledger.lane TO probity_ledger;
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.record TO probity_ledger;
-- It looks at the store and can change nothing there; ciphertext it could read from the topics as well.
GRANT SELECT ON events.event, events.batch, events.sealed_value, events.stream, events.outbox TO probity_ledger;
`;

/** What reconciliation has verified, and its alarms. */
export class Reconciliation1790000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger.alarm, ledger.record, ledger.lane');
  }
}
