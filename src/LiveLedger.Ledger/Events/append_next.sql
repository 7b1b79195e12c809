-- One event behind the last of a stream: $1 stream, $2 version of its last event, $3 id, $4 entry, $5 payload, $6 salt, $7 leaf hash.
-- No row: the stream is not at that version, or these events were appended before; ledger.append says which.
-- Locks: the stream's row, till the transaction ends; two appenders to one stream come one after the other. The position is drawn from a
-- row of moved, so under that lock: within a stream the order of positions is the order of versions.
-- Snapshot: one. Whoever had to wait for the row sees it as it then is (READ COMMITTED), so its version is compared again.
-- A crash leaves nothing: stream row, event and pending row commit together or not at all.
-- The queue's row is the statement's own: as a third WITH of a statement that only reads, it costs 30 us more of 160.
WITH moved AS (
  UPDATE ledger.streams SET version = $2 + 1 WHERE name = $1 AND version = $2 RETURNING version
), added AS (
  INSERT INTO ledger.events (id, stream, version, entry, payload, salt)
  SELECT $3, $1, version, $4, $5, $6 FROM moved
  RETURNING pos
)
INSERT INTO ledger.pending (pos, hash) SELECT pos, $7 FROM added RETURNING pos
