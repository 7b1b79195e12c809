-- The bans of one broadcast, the newest first.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT peer, reason, banned_at FROM bans.bans WHERE broadcast = $1 ORDER BY banned_at DESC, peer LIMIT 1000
