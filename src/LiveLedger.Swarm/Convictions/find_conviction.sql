-- Whether a key was convicted ($3 may be null: any key of the peer that was not pardoned since).
-- Locks: none; the stream's version is asked before and must be the same at the append. Snapshot: one statement. Nothing to crash: it only reads.
SELECT EXISTS (SELECT FROM convictions.peers WHERE broadcast = $1 AND peer = $2 AND CASE WHEN $3::bytea IS NULL THEN pardoned_at IS NULL ELSE key = $3 END)
