-- Tile hashes. Locks: the rows written. Snapshot: none assumed. A crash before it loses nothing: they are derived from ledger.leaves, and
-- every start derives them again.
INSERT INTO ledger.nodes AS n (level, index, hash)
SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
ON CONFLICT (level, index) DO UPDATE SET hash = excluded.hash WHERE n.hash <> excluded.hash
