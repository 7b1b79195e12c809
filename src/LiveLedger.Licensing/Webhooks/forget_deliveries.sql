-- Deliveries that are done or given up, and old: licences sooner, of which there are many. Likewise what was left out. $1 before when, $2 before when
-- for licences.
-- Locks: the rows it deletes. Snapshot: one statement. A crash leaves them for the next time.
WITH left_out AS (
  DELETE FROM licensing.webhook_left_out WHERE last_at < $1
)
DELETE FROM licensing.webhook_deliveries WHERE due_at IS NULL AND created_at < CASE WHEN licence THEN $2 ELSE $1 END
