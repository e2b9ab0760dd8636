// Text of tables that both read models have. A migration is history: change a table by a further migration, never here.

/** Next offset of each partition, moved by compare-and-set in the transaction that changes the rows. */
export const CHECKPOINT_TABLE = (schema: string): string => `
CREATE TABLE ${schema}.checkpoint (
  projection text NOT NULL,
  version integer NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL CHECK (next_offset >= 0),
  fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  applied_events bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  last_event_time timestamptz,
  PRIMARY KEY (projection, version, topic, partition)
);`;

/** Progress of each record, with 16 bytes of every event hash, so that a redelivery is told from a second history. */
export const RECORD_TABLE = (schema: string, lifecycles: string): string => `
CREATE TABLE ${schema}.record (
  record_id uuid PRIMARY KEY,
  topic text NOT NULL,
  borough text NOT NULL CHECK (borough ~ '^E[0-9]{8}$'),
  lifecycle text NOT NULL CHECK (lifecycle IN (${lifecycles})),
  version integer NOT NULL CHECK (version > 0),
  event_hashes bytea NOT NULL CHECK (length(event_hashes) = 16 * version)
);`;

/** Both clocks of a version and the offsets between which it was known. A null end is open. */
export const VERSION_COLUMNS = `
  valid_from timestamptz NOT NULL,
  valid_to timestamptz CHECK (valid_to > valid_from),
  known_from timestamptz NOT NULL,
  known_to timestamptz CHECK (known_to >= known_from),
  from_offset bigint NOT NULL,
  to_offset bigint CHECK (to_offset > from_offset),
  CHECK ((known_to IS NULL) = (to_offset IS NULL)),
  PRIMARY KEY (record_id, from_offset, valid_from)
`;

/** Positions that were not applied, each with the reason: never a payload. Rejected positions may name no record. */
export const PARKED_TABLE = (schema: string): string => `
CREATE TABLE ${schema}.parked (
  topic text NOT NULL,
  partition integer NOT NULL,
  topic_offset bigint NOT NULL CHECK (topic_offset >= 0),
  record_id uuid,
  kind text NOT NULL CHECK (kind IN ('POISON', 'BEHIND', 'REJECTED')),
  code text NOT NULL CHECK (code ~ '^[A-Z_]{1,40}$'),
  reason text NOT NULL,
  event_id uuid,
  event_type text,
  version bigint,
  first_seen timestamptz NOT NULL,
  PRIMARY KEY (topic, partition, topic_offset),
  CHECK (kind = 'REJECTED' OR record_id IS NOT NULL)
);
CREATE INDEX ON ${schema}.parked (record_id);`;

/** What people did about parked positions. It outlives every generation of the read model, so its schema is its own. */
export const PARKED_ACT_TABLE = (projection: string): string => `
CREATE SCHEMA IF NOT EXISTS ${projection}_acts;
REVOKE ALL ON SCHEMA ${projection}_acts FROM PUBLIC;
CREATE TABLE ${projection}_acts.parked_act (
  act_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act text NOT NULL CHECK (act IN ('REDRIVE', 'DISCARD')),
  record_id uuid,
  topic text,
  partition integer,
  topic_offset bigint,
  actor text NOT NULL,
  acted_at timestamptz NOT NULL,
  reason text CHECK (act = 'REDRIVE' OR reason IS NOT NULL),
  outcome text NOT NULL CHECK (outcome IN ('DONE', 'STOPPED', 'REFUSED')),
  code text,
  applied integer NOT NULL,
  duplicates integer NOT NULL
);
CREATE INDEX ON ${projection}_acts.parked_act (record_id);`;
