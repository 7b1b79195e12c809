-- One grant.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT id, broadcast, name, origin, upload_limit, granted_at, withdrawn_at FROM relays.relays WHERE id = $1
