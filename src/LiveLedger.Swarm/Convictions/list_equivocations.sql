-- The slots of a broadcast that its publisher signed twice, the newest first.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT track, epoch, sequence, proof, proved_at FROM convictions.slots WHERE broadcast = $1 ORDER BY proved_at DESC, track, epoch, sequence LIMIT 100
