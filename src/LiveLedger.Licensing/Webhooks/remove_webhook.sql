-- The end of a webhook, from its event.
-- Locks: its row, after its stream's row. Snapshot: none assumed. Crash: as add_webhook.sql.
DELETE FROM webhooks WHERE id = $1
