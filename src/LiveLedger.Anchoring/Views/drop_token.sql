-- A token of which nothing stands.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
DELETE FROM tokens WHERE deployment = $1 AND broadcast = $2
