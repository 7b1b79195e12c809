-- The end of an offer, from its event.
-- Locks: its row, after its stream's row. Snapshot: none assumed. Crash: as state_offer.sql.
UPDATE offers SET withdrawn_at = $2 WHERE id = $1
