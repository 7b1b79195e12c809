-- What became of an attempt, unless another has begun since. $1 webhook, $2 message, $3 the attempt's turn, $4 when, $5 status or null, $6 why it
-- failed or null if it was taken, $7 when to try again or null.
-- Locks: its row. Snapshot: none assumed. A crash before the commit leaves the attempt unknown: the message is sent again, under the same id.
UPDATE licensing.webhook_deliveries
SET attempts = attempts + 1, tried_at = $4, status = $5, failure = $6, due_at = $7, delivered_at = CASE WHEN $6 IS NULL THEN $4 END, held_until = NULL
WHERE webhook = $1 AND message = $2 AND turn = $3
