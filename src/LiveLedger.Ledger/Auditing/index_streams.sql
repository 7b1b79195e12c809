-- Heads of the streams of a batch, each stream once. A stream belongs to a broadcast as long as all its events do.
-- Locks: the rows it writes. Snapshot: none assumed. Crash: as index_entries.sql.
INSERT INTO streams AS s (stream, version, index, broadcast)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[])
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, index = excluded.index,
  broadcast = CASE WHEN s.broadcast = excluded.broadcast THEN s.broadcast END
