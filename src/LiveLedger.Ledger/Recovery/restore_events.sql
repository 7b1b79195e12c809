-- Puts events back at the indexes from $1 on: ids $2, streams $3, versions $4, entries $5, payloads $6, salts $7, leaf hashes $8, in order.
-- Answers the new size; nothing if the head is not at $1, or an event that is here already has another place.
--
-- Locks: the rows written, and the head row; the session holds the leader's lock, and the log takes no appends.
-- Snapshot: one statement, one snapshot. Crash: all of it or nothing. Whoever gets no answer rolls back: the other rows are written by then.
WITH given AS (
  SELECT * FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[])
    WITH ORDINALITY AS g (id, stream, version, entry, payload, salt, hash, i)
), kept AS (
  -- Appended before the backup was made, and sequenced after: they are in the queue still.
  SELECT g.i, e.pos FROM given AS g JOIN ledger.events AS e ON e.id = g.id AND e.entry = g.entry
), taken AS (
  DELETE FROM ledger.pending AS p USING kept AS k WHERE p.pos = k.pos RETURNING p.pos
), added AS (
  -- In the order of their indexes, so that within a stream positions rise with versions here too.
  INSERT INTO ledger.events (id, stream, version, entry, payload, salt)
    SELECT id, stream, version, entry, payload, salt FROM given WHERE i NOT IN (SELECT i FROM kept) ORDER BY i
    RETURNING id, pos
), placed AS (
  SELECT i, pos FROM kept
  UNION ALL
  SELECT g.i, a.pos FROM added AS a JOIN given AS g ON g.id = a.id
), streams AS (
  INSERT INTO ledger.streams AS s (name, version) SELECT stream, max(version) FROM given GROUP BY stream
    ON CONFLICT (name) DO UPDATE SET version = greatest(s.version, excluded.version)
), leaves AS (
  INSERT INTO ledger.leaves (index, pos, hash)
    SELECT $1 + g.i - 1, p.pos, g.hash FROM placed AS p JOIN given AS g ON g.i = p.i ORDER BY g.i
    RETURNING index
)
UPDATE ledger.head SET size = CASE
    WHEN (SELECT count(*) FROM taken) = (SELECT count(*) FROM kept) THEN size + (SELECT count(*) FROM leaves)
    ELSE ledger.stale_head($1)
  END
WHERE size = $1
RETURNING size
