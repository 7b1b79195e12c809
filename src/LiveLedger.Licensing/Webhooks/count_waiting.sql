-- How many messages of a lane wait for one webhook. $1 webhook, $2 true for licences.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT count(*) FROM licensing.webhook_deliveries WHERE webhook = $1 AND licence = $2 AND due_at IS NOT NULL
