-- The last deliveries of one webhook, newest first. $1 webhook, $2 page size.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT message, type, created_at, attempts, tried_at, status, failure, due_at, delivered_at FROM licensing.webhook_deliveries
WHERE webhook = $1 ORDER BY created_at DESC, message DESC LIMIT $2
