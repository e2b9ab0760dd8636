import type { MigrationInterface, QueryRunner } from 'typeorm';
import { RECOVERY_FUNCTIONS } from './recovery-functions.js';

const TABLES = `
-- Where each event stands in its topic: one row an acknowledged send. What was sent before this table is not in it.
CREATE TABLE events.sent (
  topic text NOT NULL,
  partition integer NOT NULL,
  first_offset bigint NOT NULL,
  positions bigint[] NOT NULL CHECK (cardinality(positions) > 0),
  PRIMARY KEY (topic, partition, first_offset)
);

-- A partition that was lost and filled again, from its second generation on. The map leads from old offsets to new ones:
-- ranges [first old offset, first new offset, count].
CREATE TABLE events.topic_generation (
  id uuid PRIMARY KEY,
  topic text NOT NULL,
  partition integer NOT NULL,
  generation integer NOT NULL CHECK (generation > 1),
  started_at timestamptz(3) NOT NULL,
  old_next_offset bigint NOT NULL,
  events bigint NOT NULL,
  is_identity boolean NOT NULL,
  map jsonb NOT NULL,
  map_hash text NOT NULL,
  is_filled boolean NOT NULL,
  UNIQUE (topic, partition, generation)
);
`;

const RIGHTS = `
REVOKE ALL ON events.sent, events.topic_generation FROM PUBLIC;
REVOKE ALL ON FUNCTION events.take_back, events.put_back FROM PUBLIC;
GRANT SELECT, INSERT ON events.sent, events.topic_generation TO probity_ingest, probity_governance;
GRANT UPDATE (is_filled) ON events.topic_generation TO probity_ingest, probity_governance;
GRANT EXECUTE ON FUNCTION events.take_back, events.put_back TO probity_ingest, probity_governance;
`;

/** The event store, version 3: what a recovery from topics, and of topics, needs to know and to do. */
export class Recovery1790000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(RECOVERY_FUNCTIONS);
    await runner.query(RIGHTS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the event store is never taken down by a migration'));
  }
}
