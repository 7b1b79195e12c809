-- A delivery once more, from its first attempt on. One that is being made just now counts for nothing, and this waits for its end rather than run
-- beside it. $1 webhook, $2 message, $3 now, $4 when such a one has ended.
-- Locks: its row. Snapshot: none assumed. A crash before the commit leaves it as it was.
UPDATE licensing.webhook_deliveries SET due_at = $3, attempts = 0, delivered_at = NULL, turn = turn + 1,
  held_until = CASE WHEN held_until IS NOT NULL THEN least(held_until, $4) END
WHERE webhook = $1 AND message = $2
