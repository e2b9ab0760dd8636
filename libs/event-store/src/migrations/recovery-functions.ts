/**
 * The ways in and out of the log that a recovery needs. Both run with their owner's rights and check the session's login.
 *
 * `events.take_back` stores events of one lane that were signed before and stand in its topic: no new signature, no
 * outbox row. The caller has verified signatures and hashes; the function checks rights, header against columns, and
 * that no version of a stream is skipped or taken twice. SQLSTATEs as in `events.append`.
 *
 * `events.put_back` lets the relay send events of a lane again, from the offset at which its topic ends.
 */
export const RECOVERY_FUNCTIONS = `
CREATE FUNCTION events.take_back(
  l_topic text,
  b_size integer[], b_root bytea[], b_key text[], b_signature bytea[],
  e_id uuid[], e_stream text[], e_version integer[], e_key text[], e_type text[],
  e_header bytea[], e_skeleton bytea[], e_sealed bytea[], e_path text[], e_batch integer[], e_position bigint[]
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  batches bigint[];
  positions bigint[];
  refused text;
  streams integer;
BEGIN
  SELECT t.type INTO refused FROM (SELECT DISTINCT unnest(e_type) AS type) t
    WHERE NOT EXISTS (SELECT 1 FROM events.writer_right w
      WHERE w.role = session_user AND starts_with(l_topic, w.topic_prefix) AND starts_with(t.type, w.type_prefix)) LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION '% may not take back % on %', session_user, refused, l_topic USING ERRCODE = '42501';
  END IF;

  SELECT e.stream INTO refused
    FROM unnest(e_id, e_stream, e_version, e_key, e_type, e_header, e_skeleton)
      AS e(id, stream, version, key, type, header, skeleton),
      LATERAL (SELECT convert_from(e.header, 'UTF8')::jsonb AS h OFFSET 0) j
    WHERE (j.h->>'id') IS DISTINCT FROM e.id::text OR (j.h->>'subject') IS DISTINCT FROM e.stream
      OR (j.h->>'topic') IS DISTINCT FROM l_topic OR (j.h->>'key') IS DISTINCT FROM e.key
      OR (j.h->>'type') IS DISTINCT FROM e.type OR (j.h->>'streamversion')::integer IS DISTINCT FROM e.version
      OR (translate(j.h->>'skeletonhash', '-_', '+/') || '=') IS DISTINCT FROM encode(sha256(e.skeleton), 'base64')
    LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the header of an event of % does not describe it', refused USING ERRCODE = 'PB400';
  END IF;

  INSERT INTO events.stream AS s (stream, topic, version)
    SELECT u.stream, l_topic, max(u.version) FROM unnest(e_stream, e_version) AS u(stream, version)
    GROUP BY u.stream ORDER BY u.stream
    ON CONFLICT (stream) DO UPDATE SET version = greatest(s.version, excluded.version) WHERE s.topic = excluded.topic;
  GET DIAGNOSTICS streams = ROW_COUNT;
  IF streams <> (SELECT count(DISTINCT u) FROM unnest(e_stream) AS u) THEN
    RAISE EXCEPTION 'a stream of % belongs to another topic', l_topic USING ERRCODE = 'PB409';
  END IF;

  -- A batch that the store knows is not stored twice: its other events may have stayed.
  batches := ARRAY(
    SELECT coalesce((SELECT min(k.batch) FROM events.batch k
                     WHERE k.topic = l_topic AND k.root = b.root AND k.signature = b.signature),
                    nextval('events.batch_batch_seq'))
    FROM unnest(b_root, b_signature) WITH ORDINALITY AS b(root, signature, place) ORDER BY b.place);
  INSERT INTO events.batch (batch, topic, size, root, writer_key, signature) OVERRIDING SYSTEM VALUE
    SELECT b.batch, l_topic, b.size, b.root, b.key, b.signature
    FROM unnest(batches, b_size, b_root, b_key, b_signature) AS b(batch, size, root, key, signature)
    ON CONFLICT (batch) DO NOTHING;

  -- An event goes back to its own position where that is known, so that what was told of positions stays true.
  positions := ARRAY(
    SELECT CASE WHEN p.position IS NULL OR EXISTS (SELECT 1 FROM events.event e WHERE e.position = p.position)
                THEN nextval('events.event_position') ELSE p.position END
    FROM unnest(e_position) WITH ORDINALITY AS p(position, place) ORDER BY p.place);
  INSERT INTO events.event (position, event_id, stream, version, topic, key, type, header, skeleton, batch, path)
    SELECT e.position, e.id, e.stream, e.version, l_topic, e.key, e.type, e.header, e.skeleton, batches[e.batch], e.path
    FROM unnest(positions, e_id, e_stream, e_version, e_key, e_type, e_header, e_skeleton, e_batch, e_path)
      AS e(position, id, stream, version, key, type, header, skeleton, batch, path);

  SELECT u.stream INTO refused FROM unnest(e_stream, e_version) AS u(stream, version)
    WHERE u.version > 1
      AND NOT EXISTS (SELECT 1 FROM events.event e WHERE e.stream = u.stream AND e.version = u.version - 1) LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'the stream % would have a gap', refused USING ERRCODE = 'PB409';
  END IF;

  -- The ciphertext of a fenced stream is on its way out and does not come back (DPA 2018 s.47).
  INSERT INTO events.sealed_value (position, sealed)
    SELECT e.position, e.sealed FROM unnest(positions, e_stream, e_sealed) AS e(position, stream, sealed)
      JOIN events.stream s USING (stream) WHERE e.sealed IS NOT NULL AND s.fenced_at IS NULL
    ON CONFLICT (position) DO NOTHING;
  RETURN positions;
END $$;

CREATE FUNCTION events.put_back(l_topic text, l_partition integer, l_end bigint, e_position bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM events.writer_right w
                 WHERE w.role = session_user AND starts_with(l_topic, w.topic_prefix)) THEN
    RAISE EXCEPTION '% may not send to %', session_user, l_topic USING ERRCODE = '42501';
  END IF;
  INSERT INTO events.outbox (topic, partition, position)
    SELECT l_topic, l_partition, e.position FROM events.event e WHERE e.position = ANY (e_position) AND e.topic = l_topic
    ON CONFLICT DO NOTHING;
  -- What was sent behind the end of the topic is not there any more.
  DELETE FROM events.sent WHERE topic = l_topic AND partition = l_partition AND first_offset >= l_end;
  UPDATE events.sent SET positions = positions[1 : (l_end - first_offset)::integer]
    WHERE topic = l_topic AND partition = l_partition AND first_offset + cardinality(positions) > l_end;
  INSERT INTO events.published (topic, partition, next_offset, is_released) VALUES (l_topic, l_partition, l_end, false)
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = l_end;
  PERFORM pg_notify('probity_outbox', '');
END $$;
`;
