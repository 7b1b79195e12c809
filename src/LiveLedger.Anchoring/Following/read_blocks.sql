-- Followed blocks, the last one first, from below $2.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT number, hash FROM anchoring.blocks WHERE deployment = $1 AND number < $2 ORDER BY number DESC LIMIT $3
