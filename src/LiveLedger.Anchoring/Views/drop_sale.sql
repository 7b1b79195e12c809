-- A sale of which nothing stands.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
DELETE FROM sales WHERE deployment = $1 AND sale = $2
