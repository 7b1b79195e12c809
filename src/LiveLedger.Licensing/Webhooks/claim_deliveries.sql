-- Takes deliveries that are due, licences after all others and else the longest due first, for an order to make each; of one webhook only so many at
-- once, so that a shop which hangs holds up itself. $1 now, $2 until when they are held, $3 most, $4 most of one webhook.
-- Locks: the rows it takes, and a few more until its end; passes over those that another process is taking. Snapshot: rows as they are when locked;
-- how many of a webhook are held as of the statement, so that two processes may together take a few more than $4. A crash before the commit leaves
-- them due; after it, due again at $2, and an order that arrives later than that has an old turn.
WITH RECURSIVE waiting AS (
  -- From one webhook to the next by the index: a shop that is down has many rows.
  (SELECT webhook FROM licensing.webhook_deliveries WHERE due_at IS NOT NULL ORDER BY webhook LIMIT 1)
  UNION ALL
  SELECT (SELECT d.webhook FROM licensing.webhook_deliveries AS d WHERE d.webhook > w.webhook AND d.due_at IS NOT NULL ORDER BY d.webhook LIMIT 1)
  FROM waiting AS w WHERE w.webhook IS NOT NULL
), open AS (
  SELECT webhook, greatest(0, $4 - (SELECT count(*) FROM licensing.webhook_deliveries AS h WHERE h.webhook = w.webhook AND h.held_until > $1)) AS room
  FROM waiting AS w WHERE webhook IS NOT NULL
), free AS (
  -- A lane is read by its own index order, whatever waits in the other.
  SELECT d.webhook, d.message, d.licence, d.due_at, o.room, row_number() OVER (PARTITION BY d.webhook ORDER BY d.licence, d.due_at) AS place
  FROM open AS o CROSS JOIN (VALUES (false), (true)) AS lane (licence) CROSS JOIN LATERAL (
    SELECT webhook, message, licence, due_at FROM licensing.webhook_deliveries
    WHERE webhook = o.webhook AND licence = lane.licence AND due_at <= $1 AND (held_until IS NULL OR held_until <= $1)
    ORDER BY due_at
    LIMIT o.room
    FOR UPDATE SKIP LOCKED
  ) AS d
), taken AS (
  SELECT webhook, message FROM free WHERE place <= room ORDER BY licence, due_at LIMIT $3
)
UPDATE licensing.webhook_deliveries AS d SET held_until = $2, turn = turn + 1
FROM taken WHERE d.webhook = taken.webhook AND d.message = taken.message
RETURNING d.webhook, d.message, d.turn
