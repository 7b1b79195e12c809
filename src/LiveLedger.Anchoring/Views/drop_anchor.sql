-- An anchor that the chain took back.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
DELETE FROM anchors WHERE deployment = $1 AND submitter = $2 AND origin = $3 AND size = $4
