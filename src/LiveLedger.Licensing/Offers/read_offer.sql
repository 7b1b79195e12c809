-- One offer of one broadcast.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT id, version, body, created_at, withdrawn_at FROM offers.offers WHERE id = $1 AND broadcast = $2
