-- The webhooks of one broadcast, in the order of their ids.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT id, broadcast, sealed_url, types, added_at, after FROM webhooks.webhooks WHERE broadcast = $1 ORDER BY id
