-- The first event of a stream: $1 stream, $2 id, $3 entry, $4 payload, $5 salt, $6 leaf hash.
-- No row: the stream is there already; ledger.append says what that means.
-- Locks: the stream's name, till the transaction ends; who makes the same stream meanwhile waits. The position is drawn after that.
-- Snapshot: one. A crash leaves nothing: stream row, event and pending row commit together or not at all.
WITH moved AS (
  INSERT INTO ledger.streams (name, version) VALUES ($1, 0) ON CONFLICT DO NOTHING RETURNING version
), added AS (
  INSERT INTO ledger.events (id, stream, version, entry, payload, salt)
  SELECT $2, $1, version, $3, $4, $5 FROM moved
  RETURNING pos
)
INSERT INTO ledger.pending (pos, hash) SELECT pos, $6 FROM added RETURNING pos
