-- All of a webhook that is no more. $1 webhook.
-- Locks: the rows it deletes. Snapshot: one statement; what is put there after it is found by the next attempt. A crash leaves them for the next.
WITH left_out AS (
  DELETE FROM licensing.webhook_left_out WHERE webhook = $1
)
DELETE FROM licensing.webhook_deliveries WHERE webhook = $1
