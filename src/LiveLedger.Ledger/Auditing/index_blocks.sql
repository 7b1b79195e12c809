-- Times of the blocks of a batch, each block once. Locks: the rows it writes. Snapshot: none assumed. Crash: as index_entries.sql.
INSERT INTO blocks AS b (block, earliest, latest)
SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[])
ON CONFLICT (block) DO UPDATE SET earliest = least(b.earliest, excluded.earliest), latest = greatest(b.latest, excluded.latest)
