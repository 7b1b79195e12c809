-- A pardon of all that a peer was convicted of until then, from its event.
-- Locks: its rows, after their stream's row. Snapshot: none assumed. Crash: as add_conviction.sql.
UPDATE peers SET pardoned_at = $3, pardon_reason = $4 WHERE broadcast = $1 AND peer = $2 AND pardoned_at IS NULL
