/**
 * Text of an alarm table, for a migration: one row for each time that something was found, closed when a later check finds it whole
 * again, never deleted. Domain time says when in the story, real time how fast.
 *
 * @param table name with its schema
 * @param role the one role that writes it; it has no right to delete
 */
export const ALARM_TABLE = (table: string, role: string): string => `
CREATE TABLE ${table} (
  alarm bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope text NOT NULL,
  code text NOT NULL CHECK (code ~ '^REC-[0-9]{3}$'),
  place text NOT NULL,
  sentence text NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  detected_at timestamptz NOT NULL DEFAULT statement_timestamp(),
  resolved_at timestamptz,
  cleared_at timestamptz,
  CHECK ((resolved_at IS NULL) = (cleared_at IS NULL))
);
CREATE UNIQUE INDEX ON ${table} (scope, code, place) WHERE resolved_at IS NULL;
GRANT SELECT, INSERT ON ${table} TO ${role};
GRANT UPDATE (sentence, last_seen, resolved_at, cleared_at) ON ${table} TO ${role};
`;
