-- The offers of one broadcast, in the order of their ids.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT id, version, body, created_at, withdrawn_at FROM offers.offers WHERE broadcast = $1 ORDER BY id LIMIT 1000
