-- All of a webhook that is no more. $1 webhook.
-- Locks: the rows it deletes. Snapshot: one statement; what is put there after it is found by the next attempt. A crash leaves them for the next.
DELETE FROM licensing.webhook_deliveries WHERE webhook = $1
