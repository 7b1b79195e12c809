-- Appends events to one stream: one call, one round trip.
-- Locks: the stream's row, till the transaction ends; two appenders to one stream come one after the other.
-- Snapshot: READ COMMITTED, each statement sees what is committed when it starts.
-- A crash leaves nothing: stream row, events and pending rows commit together or not at all.
-- outcome: 0 appended, 1 these events were appended before, 2 the stream is at another version.

CREATE FUNCTION ledger.append(
  p_stream text, p_expected bigint, p_ids uuid[], p_entries bytea[], p_payloads bytea[], p_salts bytea[],
  OUT outcome integer, OUT version bigint, OUT positions bigint[])
LANGUAGE plpgsql AS $$
DECLARE
  n CONSTANT integer := cardinality(p_ids);
  drawn bigint;
BEGIN
  IF p_expected < 0 THEN
    INSERT INTO ledger.streams AS s (name, version) VALUES (p_stream, n - 1) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE ledger.streams AS s SET version = p_expected + n WHERE s.name = p_stream AND s.version = p_expected;
  END IF;

  IF NOT FOUND THEN
    SELECT array_agg(e.pos ORDER BY e.version), max(e.version) INTO positions, version
      FROM ledger.events AS e WHERE e.id = ANY (p_ids) AND e.stream = p_stream;
    IF cardinality(positions) = n THEN
      outcome := 1;
    ELSE
      outcome := 2;
      positions := NULL;
      version := coalesce((SELECT s.version FROM ledger.streams AS s WHERE s.name = p_stream), -1);
    END IF;
    RETURN;
  END IF;

  -- From here on the stream's row is ours, so pos is drawn under its lock.
  FOR i IN 1..n LOOP
    INSERT INTO ledger.events (id, stream, version, entry, payload, salt)
      VALUES (p_ids[i], p_stream, p_expected + i, p_entries[i], p_payloads[i], p_salts[i])
      RETURNING pos INTO drawn;
    INSERT INTO ledger.pending (pos) VALUES (drawn);
    positions := positions || drawn;
  END LOOP;

  outcome := 0;
  version := p_expected + n;
END $$;
