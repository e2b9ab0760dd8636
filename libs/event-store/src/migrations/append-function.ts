/**
 * `events.append`: the only way into the log. One call is everything of one command, or of one block of an import.
 *
 * It runs with its owner's rights and checks the session's login, so that a stolen password of one service cannot
 * write another's types or topics. SQLSTATEs: `42501` role may not write, `PB409` stale version, `PB423` fenced stream,
 * `PB422` idempotency key used for another request, `PB400` header and columns differ.
 */
const appendFunction = (verb: string, rights: string, fence: string): string => `
${verb} FUNCTION events.append(
  b_topic text[], b_size integer[], b_root bytea[], b_key text[], b_signature bytea[],
  s_stream text[], s_topic text[], s_expected integer[], s_next integer[],
  r_stream text[], r_version integer[],
  e_id uuid[], e_stream text[], e_version integer[], e_topic text[], e_partition integer[], e_key text[], e_type text[],
  e_header bytea[], e_skeleton bytea[], e_sealed bytea[], e_path text[], e_batch integer[],
  i_key bytea, i_request bytea, i_result text, i_now timestamptz, i_hours integer
) RETURNS TABLE (is_replay boolean, result text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  batches bigint[];
  positions bigint[];
  refused text;
  stored record;
  created integer;
  moved integer;
BEGIN
  IF i_key IS NOT NULL THEN
    INSERT INTO events.idempotency AS i VALUES (i_key, i_request, i_result, i_now + make_interval(hours => i_hours))
      ON CONFLICT (key_mac) DO UPDATE SET request_mac = excluded.request_mac, result = excluded.result, expires_at = excluded.expires_at
        WHERE i.expires_at <= i_now;
    IF NOT FOUND THEN
      SELECT i.request_mac, i.result INTO stored FROM events.idempotency i WHERE i.key_mac = i_key;
      IF stored.request_mac <> i_request THEN
        RAISE EXCEPTION 'this idempotency key was used for another request' USING ERRCODE = 'PB422';
      END IF;
      RETURN QUERY SELECT true, stored.result;
      RETURN;
    END IF;
  END IF;

${rights}  IF refused IS NOT NULL THEN
    RAISE EXCEPTION '% may not append %', session_user, refused USING ERRCODE = '42501';
  END IF;

  SELECT e.stream INTO refused
    FROM unnest(e_id, e_stream, e_version, e_topic, e_key, e_type, e_header, e_skeleton)
      AS e(id, stream, version, topic, key, type, header, skeleton),
      -- OFFSET 0 keeps the planner from writing the conversion out once for every comparison.
      LATERAL (SELECT convert_from(e.header, 'UTF8')::jsonb AS h OFFSET 0) j
    WHERE (j.h->>'id') IS DISTINCT FROM e.id::text OR (j.h->>'subject') IS DISTINCT FROM e.stream
      OR (j.h->>'topic') IS DISTINCT FROM e.topic OR (j.h->>'key') IS DISTINCT FROM e.key
      OR (j.h->>'type') IS DISTINCT FROM e.type OR (j.h->>'streamversion')::integer IS DISTINCT FROM e.version
      OR (translate(j.h->>'skeletonhash', '-_', '+/') || '=') IS DISTINCT FROM encode(sha256(e.skeleton), 'base64')
    LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the header of an event of % does not describe it', refused USING ERRCODE = 'PB400';
  END IF;

  -- Each stream goes from the expected version to the next without a gap, on its own topic.
  SELECT coalesce(e.stream, s.stream) INTO refused
    FROM (SELECT u.stream, min(u.topic) AS topic, max(u.topic) AS last_topic, min(u.version) AS first, max(u.version) AS last, count(*) AS events
          FROM unnest(e_stream, e_topic, e_version) AS u(stream, topic, version) GROUP BY u.stream) e
    FULL JOIN unnest(s_stream, s_topic, s_expected, s_next) AS s(stream, topic, expected, next) USING (stream)
    WHERE (e.topic = s.topic AND e.last_topic = s.topic AND e.first = s.expected + 1 AND e.last = s.next
           AND e.events = s.next - s.expected) IS NOT TRUE LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the events of % do not follow one another', refused USING ERRCODE = 'PB400';
  END IF;

  -- Streams that the decision read must not have moved (docs/explanation/architecture.md, groups and windows).
  IF cardinality(r_stream) > 0 THEN
    PERFORM 1 FROM events.stream s WHERE s.stream = ANY (r_stream) ORDER BY s.stream FOR SHARE;
    SELECT r.stream INTO refused FROM unnest(r_stream, r_version) AS r(stream, version)
      WHERE NOT EXISTS (SELECT 1 FROM events.stream s WHERE s.stream = r.stream AND s.version = r.version) LIMIT 1;
    IF refused IS NOT NULL THEN
      RAISE EXCEPTION 'the stream % has moved since it was read', refused USING ERRCODE = 'PB409';
    END IF;
  END IF;

  -- Locks in one order, so that two batches cannot wait for each other.
  PERFORM 1 FROM events.stream s WHERE s.stream = ANY (s_stream) ORDER BY s.stream FOR UPDATE;
${fence}  INSERT INTO events.stream (stream, topic, version)
    SELECT n.stream, n.topic, n.next FROM unnest(s_stream, s_topic, s_expected, s_next) AS n(stream, topic, expected, next)
    WHERE n.expected = 0 ORDER BY n.stream ON CONFLICT (stream) DO NOTHING;
  GET DIAGNOSTICS created = ROW_COUNT;
  UPDATE events.stream s SET version = n.next
    FROM unnest(s_stream, s_topic, s_expected, s_next) AS n(stream, topic, expected, next)
    WHERE n.expected > 0 AND s.stream = n.stream AND s.topic = n.topic AND s.version = n.expected;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF created + moved <> cardinality(s_stream) THEN
    RAISE EXCEPTION 'a stream of the batch has another version than expected' USING ERRCODE = 'PB409';
  END IF;

  batches := ARRAY(SELECT nextval('events.batch_batch_seq') FROM generate_series(1, cardinality(b_topic)));
  INSERT INTO events.batch (batch, topic, size, root, writer_key, signature) OVERRIDING SYSTEM VALUE
    SELECT * FROM unnest(batches, b_topic, b_size, b_root, b_key, b_signature);

  positions := ARRAY(SELECT nextval('events.event_position') FROM generate_series(1, cardinality(e_id)));
  INSERT INTO events.event (position, event_id, stream, version, topic, key, type, header, skeleton, batch, path)
    SELECT e.position, e.id, e.stream, e.version, e.topic, e.key, e.type, e.header, e.skeleton, batches[e.batch], e.path
    FROM unnest(positions, e_id, e_stream, e_version, e_topic, e_key, e_type, e_header, e_skeleton, e_batch, e_path)
      AS e(position, id, stream, version, topic, key, type, header, skeleton, batch, path);
  INSERT INTO events.sealed_value (position, sealed)
    SELECT e.position, e.sealed FROM unnest(positions, e_sealed) AS e(position, sealed) WHERE e.sealed IS NOT NULL;
  INSERT INTO events.outbox (topic, partition, position)
    SELECT e.topic, e.partition, e.position FROM unnest(e_topic, e_partition, positions) AS e(topic, partition, position);
  -- It only wakes the relay: a lost notification costs a poll, never an event.
  PERFORM pg_notify('probity_outbox', '');
  RETURN QUERY SELECT false, i_result;
END $$;
`;

const WRITER_MAY_WRITE = `  SELECT t.type || ' on ' || t.topic INTO refused
    FROM (SELECT DISTINCT u.topic, u.type FROM unnest(e_topic, e_type) AS u(topic, type)) t
    WHERE NOT EXISTS (SELECT 1 FROM events.writer_right w
      WHERE w.role = session_user AND starts_with(t.topic, w.topic_prefix) AND starts_with(t.type, w.type_prefix)) LIMIT 1;
`;

const TAKES_NOTHING_FENCED = `  SELECT s.stream INTO refused FROM events.stream s WHERE s.stream = ANY (s_stream) AND s.fenced_at IS NOT NULL LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the stream % is fenced', refused USING ERRCODE = 'PB423';
  END IF;
`;

const FORGET_EXPIRED = `
CREATE FUNCTION events.forget_expired_idempotency(now timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH gone AS (DELETE FROM events.idempotency WHERE expires_at <= now RETURNING 1) SELECT count(*) FROM gone;
$$;
`;

/** The function of version 1, with the one that forgets expired idempotency rows. */
export const APPEND_FUNCTION = `${appendFunction('CREATE', WRITER_MAY_WRITE, TAKES_NOTHING_FENCED)}
${FORGET_EXPIRED.trimStart()}`;

// The types of an erasure are its login's alone, although others may append the rest of the family.
const WRITER_MAY_WRITE_UNLESS_RESERVED = `  SELECT t.type || ' on ' || t.topic INTO refused
    FROM (SELECT DISTINCT u.topic, u.type FROM unnest(e_topic, e_type) AS u(topic, type)) t
    WHERE NOT EXISTS (SELECT 1 FROM events.writer_right w
      WHERE w.role = session_user AND starts_with(t.topic, w.topic_prefix) AND starts_with(t.type, w.type_prefix))
      OR EXISTS (SELECT 1 FROM events.reserved_type v WHERE v.role <> session_user AND starts_with(t.type, v.type_prefix)) LIMIT 1;
`;

const TAKES_ERASURE_ONLY_FENCED = `  SELECT e.stream INTO refused FROM unnest(e_stream, e_version, e_type) AS e(stream, version, type)
    WHERE NOT EXISTS (SELECT 1 FROM events.reserved_type v WHERE v.is_taken_fenced AND starts_with(e.type, v.type_prefix))
      AND (EXISTS (SELECT 1 FROM events.stream s WHERE s.stream = e.stream AND s.fenced_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM unnest(e_stream, e_version, e_type) AS f(stream, version, type)
                   WHERE f.stream = e.stream AND f.version < e.version AND f.type LIKE '%.record-fenced.v%')) LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the stream % is fenced', refused USING ERRCODE = 'PB423';
  END IF;
`;

/** The function of migration 1790000000120: a fenced stream takes the events of its erasure, from the login that erases. */
export const APPEND_FUNCTION_WITH_ERASURE = appendFunction(
  'CREATE OR REPLACE',
  WRITER_MAY_WRITE_UNLESS_RESERVED,
  TAKES_ERASURE_ONLY_FENCED,
);
