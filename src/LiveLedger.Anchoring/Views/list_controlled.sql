-- Broadcasts that a wallet controls.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT broadcast FROM chain.tokens WHERE deployment = $1 AND controller = $2 ORDER BY broadcast LIMIT 10000
