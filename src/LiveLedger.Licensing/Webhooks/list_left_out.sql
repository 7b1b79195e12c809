-- What there was no room for at one webhook. $1 webhook.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT type, messages, first_at, last_at FROM licensing.webhook_left_out WHERE webhook = $1 ORDER BY type
