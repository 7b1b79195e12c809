-- Deliveries that are done or given up, and old. $1 before when.
-- Locks: the rows it deletes. Snapshot: one statement. A crash leaves them for the next time.
DELETE FROM licensing.webhook_deliveries WHERE due_at IS NULL AND created_at < $1
