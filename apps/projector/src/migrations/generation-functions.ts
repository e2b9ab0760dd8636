/**
 * Acts on generations of a read model. They run with their owner's rights, because the role that builds a read model may make, rename
 * and drop no schema: it may ask for exactly these, for its own read model, and each leaves a row in `projection.act`.
 *
 * SQLSTATEs: `42501` another's read model, `PB404` no tables are known for the definition, `PB409` not in the place or not at the
 * position that the act needs.
 */
export const GENERATION_FUNCTIONS = `
CREATE FUNCTION projection.schema_of(p text, place text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT p || CASE place WHEN 'live' THEN '' WHEN 'next' THEN '_next' WHEN 'previous' THEN '_prev' WHEN 'aside' THEN '_aside' END
$$;

-- One act at a time: whoever acts on a read model holds its rows of the registry.
CREATE FUNCTION projection.take(p text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM projection.definition d WHERE d.projection = p AND d.builder = session_user) THEN
    RAISE EXCEPTION '% does not build %', session_user, p USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM projection.generation g WHERE g.projection = p ORDER BY g.generation FOR UPDATE;
END $$;

-- Gives a generation another place: its schema another name, or, when it is dropped, none.
CREATE FUNCTION projection.move(p text, source text, target text) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  origin text := projection.schema_of(p, source);
  moved projection.generation;
  built record;
  grants text;
BEGIN
  EXECUTE format('SELECT min(version) AS version, min(fingerprint) AS fingerprint, coalesce(sum(applied_events), 0) AS applied FROM %I.checkpoint', origin)
    INTO built;
  UPDATE projection.generation g
    SET place = target, version = coalesce(built.version, g.version), fingerprint = coalesce(built.fingerprint, g.fingerprint),
        applied_events = built.applied
    WHERE g.projection = p AND g.place = source RETURNING g.* INTO moved;
  IF target = 'dropped' THEN
    EXECUTE format('DROP SCHEMA %I CASCADE', origin);
    RETURN moved.generation;
  END IF;
  IF target = 'live' THEN
    SELECT replace(d.readers, '{schema}', quote_ident(origin)) INTO grants FROM projection.definition d
      WHERE d.projection = p AND d.version = moved.version;
    IF grants IS NOT NULL THEN EXECUTE grants; END IF;
  END IF;
  EXECUTE format('ALTER SCHEMA %I RENAME TO %I', origin, projection.schema_of(p, target));
  RETURN moved.generation;
END $$;

-- Makes the tables of the next generation, or takes up the one that is being built by the same definition.
CREATE FUNCTION projection.begin(p text, v integer, f text, at timestamptz, who text, why text)
RETURNS TABLE (generation integer, is_new boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  known projection.generation;
  tables text;
  fresh integer;
BEGIN
  PERFORM projection.take(p);
  SELECT g.* INTO known FROM projection.generation g WHERE g.projection = p AND g.place = 'next';
  IF FOUND THEN
    IF known.version <> v OR known.fingerprint <> f THEN
      RAISE EXCEPTION 'another definition is building generation %', known.generation USING ERRCODE = 'PB409';
    END IF;
    INSERT INTO projection.act (projection, generation, act, at, who, why) VALUES (p, known.generation, 'resumed', at, who, why);
    RETURN QUERY SELECT known.generation, false;
    RETURN;
  END IF;
  SELECT d.tables INTO tables FROM projection.definition d WHERE d.projection = p AND d.version = v;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no tables are known for version % of %', v, p USING ERRCODE = 'PB404';
  END IF;
  EXECUTE replace(tables, '{schema}', quote_ident(projection.schema_of(p, 'next')));
  SELECT max(g.generation) + 1 INTO fresh FROM projection.generation g WHERE g.projection = p;
  INSERT INTO projection.generation VALUES (p, fresh, v, f, 'next', at, who, 0);
  INSERT INTO projection.act (projection, generation, act, at, who, why) VALUES (p, fresh, 'begun', at, who, why);
  RETURN QUERY SELECT fresh, true;
END $$;

-- The next generation takes the live one's name. Both checkpoint tables are locked, so no writer is between two of its statements;
-- readers take no lock that this one meets, and find the one or the other.
CREATE FUNCTION projection.switch(p text, g integer, at timestamptz, who text, why text, n bigint, d text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  behind bigint;
BEGIN
  PERFORM projection.take(p);
  IF NOT EXISTS (SELECT FROM projection.generation x WHERE x.projection = p AND x.generation = g AND x.place = 'next') THEN
    RAISE EXCEPTION 'generation % is not the next one', g USING ERRCODE = 'PB409';
  END IF;
  EXECUTE format('LOCK TABLE %I.checkpoint, %I.checkpoint IN EXCLUSIVE MODE', p, projection.schema_of(p, 'next'));
  EXECUTE format('SELECT count(*) FROM (SELECT topic, partition, next_offset FROM %I.checkpoint EXCEPT
                  SELECT topic, partition, next_offset FROM %I.checkpoint) x', p, projection.schema_of(p, 'next')) INTO behind;
  IF behind > 0 THEN
    RAISE EXCEPTION 'generation % is not where the live one is', g USING ERRCODE = 'PB409';
  END IF;
  IF EXISTS (SELECT FROM projection.generation x WHERE x.projection = p AND x.place = 'previous') THEN
    PERFORM projection.move(p, 'previous', 'dropped');
  END IF;
  PERFORM projection.move(p, 'live', 'previous');
  PERFORM projection.move(p, 'next', 'live');
  INSERT INTO projection.act (projection, generation, act, at, who, why, differences, digest) VALUES (p, g, 'switched', at, who, why, n, d);
END $$;

-- The previous and the live generation change places.
CREATE FUNCTION projection.roll_back(p text, g integer, at timestamptz, who text, why text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM projection.take(p);
  IF NOT EXISTS (SELECT FROM projection.generation x WHERE x.projection = p AND x.generation = g AND x.place = 'previous') THEN
    RAISE EXCEPTION 'generation % is not the previous one', g USING ERRCODE = 'PB409';
  END IF;
  EXECUTE format('LOCK TABLE %I.checkpoint, %I.checkpoint IN EXCLUSIVE MODE', p, projection.schema_of(p, 'previous'));
  PERFORM projection.move(p, 'live', 'aside');
  PERFORM projection.move(p, 'previous', 'live');
  PERFORM projection.move(p, 'aside', 'previous');
  INSERT INTO projection.act (projection, generation, act, at, who, why) VALUES (p, g, 'rolled-back', at, who, why);
END $$;

-- Drops the next or the previous generation; the live one never.
CREATE FUNCTION projection.discard(p text, place text, at timestamptz, who text, why text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  gone integer;
BEGIN
  PERFORM projection.take(p);
  IF discard.place NOT IN ('next', 'previous')
    OR NOT EXISTS (SELECT FROM projection.generation x WHERE x.projection = p AND x.place = discard.place) THEN
    RAISE EXCEPTION 'there is no % generation', discard.place USING ERRCODE = 'PB409';
  END IF;
  gone := projection.move(p, discard.place, 'dropped');
  INSERT INTO projection.act (projection, generation, act, at, who, why) VALUES (p, gone, 'dropped', at, who, why);
  RETURN gone;
END $$;

-- Remembers that a switch was asked for and refused, and over which differences.
CREATE FUNCTION projection.refuse(p text, g integer, at timestamptz, who text, why text, n bigint, d text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM projection.take(p);
  INSERT INTO projection.act (projection, generation, act, at, who, why, differences, digest) VALUES (p, g, 'refused', at, who, why, n, d);
END $$;

-- Takes the readers' rights from what is no longer live, in a transaction of its own after the switch: a reader that has begun there
-- may end there, and the lock waits for it.
CREATE FUNCTION projection.withdraw_readers(p text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  old text;
  read record;
BEGIN
  PERFORM projection.take(p);
  FOR old IN SELECT projection.schema_of(p, g.place) FROM projection.generation g
    WHERE g.projection = p AND g.place IN ('next', 'previous')
  LOOP
    CONTINUE WHEN NOT has_schema_privilege('probity_reader', old, 'USAGE');
    FOR read IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = old::regnamespace AND c.relkind = 'r'
      AND has_table_privilege('probity_reader', c.oid, 'SELECT')
    LOOP
      EXECUTE format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', old, read.relname);
    END LOOP;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM probity_reader', old);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM probity_reader', old);
  END LOOP;
END $$;
`;
