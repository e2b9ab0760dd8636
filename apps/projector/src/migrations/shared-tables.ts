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
