-- The convictions of a broadcast's peers, the newest first.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT peer, key, role, proof, convicted_at, pardoned_at, pardon_reason FROM convictions.peers WHERE broadcast = $1 ORDER BY convicted_at DESC, peer, key LIMIT 1000
