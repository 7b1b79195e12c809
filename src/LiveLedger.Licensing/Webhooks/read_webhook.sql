-- One webhook.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT id, broadcast, sealed_url, types, added_at, after FROM webhooks.webhooks WHERE id = $1
