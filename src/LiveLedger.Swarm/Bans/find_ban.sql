-- Whether a peer is banned from a broadcast's swarm: one row or none.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT 1 FROM bans.bans WHERE broadcast = $1 AND peer = $2
