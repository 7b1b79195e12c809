-- The grants of one broadcast, or those for all broadcasts, in the order of their ids.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT id, broadcast, name, origin, upload_limit, granted_at, withdrawn_at,
       (SELECT min(c.convicted_at) FROM convictions.peers AS c WHERE c.grant_id = relays.id AND c.pardoned_at IS NULL)
FROM relays.relays
WHERE broadcast IS NOT DISTINCT FROM $1 ORDER BY id LIMIT 1000
