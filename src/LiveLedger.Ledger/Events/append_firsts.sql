-- The first events of several streams, one of each: $1 streams, $2 ids, $3 entries, $4 payloads, $5 salts, $6 leaf hashes, in step.
-- A row for each that was stored; none for a stream that is there already, which ledger.append is asked about. No stream comes twice.
-- Locks: the streams' names, taken in their order, so that two of these never wait for one another; till the transaction ends. The
-- positions are drawn after that.
-- Snapshot: one. A crash leaves nothing: all rows commit together or not at all.
WITH given AS (
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[]) AS g (stream, id, entry, payload, salt, hash)
), moved AS (
  INSERT INTO ledger.streams (name, version) SELECT stream, 0 FROM given ORDER BY stream ON CONFLICT DO NOTHING RETURNING name, version
), added AS (
  INSERT INTO ledger.events (id, stream, version, entry, payload, salt)
  SELECT given.id, moved.name, moved.version, given.entry, given.payload, given.salt FROM moved JOIN given ON given.stream = moved.name
  RETURNING pos, stream
), queued AS (
  INSERT INTO ledger.pending (pos, hash) SELECT added.pos, given.hash FROM added JOIN given USING (stream)
)
SELECT stream, pos FROM added
