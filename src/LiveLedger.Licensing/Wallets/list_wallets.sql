-- A viewer's wallets in one broadcast, the last linked first.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT subject, sealed_wallet, linked_at FROM wallets.links WHERE broadcast = $1 AND viewer = $2 ORDER BY linked_at DESC, id LIMIT 100
