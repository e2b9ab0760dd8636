/**
 * Acts on epochs, with their owner's rights: whatever the service asks for, a key is only ever exchanged for another
 * wrapping of it under the current epoch, and an epoch ends only when nothing living is left under it.
 *
 * SQLSTATEs: `KE001` keys would be added under another epoch than the current one; `KE409` the epoch is not in the state
 * that the act needs.
 */
export const EPOCH_FUNCTIONS = `
CREATE FUNCTION vault.living_keys(e integer) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT (SELECT count(*) FROM vault.data_key WHERE epoch = e AND wrapped IS NOT NULL)
       + (SELECT count(*) FROM vault.index_pepper WHERE epoch = e)
$$;

-- Whoever adds keys holds the epoch's row until they last, so an epoch cannot retire between their wrapping and their commit.
CREATE FUNCTION vault.require_current_epoch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  e integer;
BEGIN
  FOR e IN SELECT DISTINCT epoch FROM fresh LOOP
    PERFORM 1 FROM vault.key_epoch k WHERE k.epoch = e AND k.state = 'current' FOR SHARE;
    IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not the current one', e USING ERRCODE = 'KE001'; END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER require_current_epoch AFTER INSERT ON vault.data_key REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION vault.require_current_epoch();
CREATE TRIGGER require_current_epoch AFTER INSERT ON vault.index_pepper REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION vault.require_current_epoch();

-- The epoch after the last one, once all before it have ended but the current one.
CREATE FUNCTION vault.plan_epoch(e integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (SELECT FROM vault.key_epoch k WHERE k.state IN ('planned', 'retiring'))
     OR e <> 1 + coalesce((SELECT max(k.epoch) FROM vault.key_epoch k), 0) THEN
    RAISE EXCEPTION 'epoch % cannot be planned', e USING ERRCODE = 'KE409';
  END IF;
  INSERT INTO vault.key_epoch (epoch, state) VALUES (e, 'planned');
END $$;

-- From here on new keys are wrapped under this epoch, and the one before it retires.
CREATE FUNCTION vault.begin_epoch(e integer, at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  UPDATE vault.key_epoch k SET state = 'retiring', retired_at = at WHERE k.state = 'current';
  UPDATE vault.key_epoch k SET state = 'current', made_at = at WHERE k.epoch = e AND k.state = 'planned';
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not planned', e USING ERRCODE = 'KE409'; END IF;
END $$;

-- What has to be rewrapped, counted once when nothing can be added any more and nothing has been rewrapped yet.
CREATE FUNCTION vault.count_retiring(e integer) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  UPDATE vault.key_epoch k SET living_at_retirement = vault.living_keys(e),
    erased_at_retirement = (SELECT count(*) FROM vault.data_key d WHERE d.epoch = e AND d.wrapped IS NULL)
  WHERE k.epoch = e AND k.state = 'retiring' AND k.living_at_retirement IS NULL
$$;

CREATE FUNCTION vault.rewrap_data_keys(source integer, target integer, ids uuid[], versions integer[], keys bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  done bigint;
BEGIN
  PERFORM 1 FROM vault.key_epoch k WHERE k.epoch = target AND k.state = 'current' FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not the current one', target USING ERRCODE = 'KE409'; END IF;
  -- A key that was erased meanwhile stays erased.
  UPDATE vault.data_key d SET wrapped = n.wrapped, epoch = target
    FROM unnest(ids, versions, keys) AS n (record_id, dek_version, wrapped)
    WHERE d.record_id = n.record_id AND d.dek_version = n.dek_version AND d.epoch = source AND d.wrapped IS NOT NULL;
  GET DIAGNOSTICS done = ROW_COUNT;
  UPDATE vault.key_epoch k SET rewrapped = k.rewrapped + done
    WHERE k.epoch = source AND k.state = 'retiring' AND k.living_at_retirement IS NOT NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not retiring', source USING ERRCODE = 'KE409'; END IF;
  RETURN done;
END $$;

CREATE FUNCTION vault.rewrap_peppers(source integer, target integer, purposes text[], keys bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  done bigint;
BEGIN
  PERFORM 1 FROM vault.key_epoch k WHERE k.epoch = target AND k.state = 'current' FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not the current one', target USING ERRCODE = 'KE409'; END IF;
  UPDATE vault.index_pepper p SET wrapped = n.wrapped, epoch = target
    FROM unnest(purposes, keys) AS n (purpose, wrapped)
    WHERE p.purpose = n.purpose AND p.epoch = source;
  GET DIAGNOSTICS done = ROW_COUNT;
  UPDATE vault.key_epoch k SET rewrapped = k.rewrapped + done
    WHERE k.epoch = source AND k.state = 'retiring' AND k.living_at_retirement IS NOT NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not retiring', source USING ERRCODE = 'KE409'; END IF;
  RETURN done;
END $$;

-- Why a rotation stands still; null when it goes on.
CREATE FUNCTION vault.stop_rotation(e integer, why text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  UPDATE vault.key_epoch k SET stopped_because = why WHERE k.epoch = e AND k.state = 'retiring'
$$;

-- Notes that the key of an epoch is destroyed.
CREATE FUNCTION vault.end_epoch(e integer, at timestamptz, assured boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF vault.living_keys(e) > 0 THEN RAISE EXCEPTION 'keys are left under epoch %', e USING ERRCODE = 'KE409'; END IF;
  UPDATE vault.key_epoch k SET state = 'destroyed', destroyed_at = at, destruction_assured = assured, stopped_because = NULL
    WHERE k.epoch = e AND k.state = 'retiring';
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch % is not retiring', e USING ERRCODE = 'KE409'; END IF;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.living_keys(integer), vault.plan_epoch(integer), vault.begin_epoch(integer, timestamptz),
  vault.count_retiring(integer), vault.rewrap_data_keys(integer, integer, uuid[], integer[], bytea[]),
  vault.rewrap_peppers(integer, integer, text[], bytea[]), vault.stop_rotation(integer, text),
  vault.end_epoch(integer, timestamptz, boolean) TO probity_vault;
`;
