-- A ticket of which nothing stands.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
DELETE FROM tickets WHERE deployment = $1 AND ticket = $2
