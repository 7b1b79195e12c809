-- The end of a grant, from its event.
-- Locks: its row, after its stream's row. Snapshot: none assumed. Crash: as state_grant.sql.
UPDATE relays SET withdrawn_at = $2 WHERE id = $1
