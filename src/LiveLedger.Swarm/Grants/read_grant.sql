-- One grant.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT id, broadcast, name, origin, upload_limit, granted_at, withdrawn_at,
       (SELECT min(c.convicted_at) FROM convictions.peers AS c WHERE c.grant_id = relays.id AND c.pardoned_at IS NULL)
FROM relays.relays
WHERE id = $1
