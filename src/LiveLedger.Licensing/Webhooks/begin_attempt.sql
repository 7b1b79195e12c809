-- Begins the attempt that an order is for: once, however often the order comes. $1 webhook, $2 message, $3 the order's turn, $4 until when it is held.
-- Locks: its row. Snapshot: none assumed. A crash before the commit leaves the order to be carried out; after it, the message may have been sent or
-- not: it is due again at $4, under the same id.
UPDATE licensing.webhook_deliveries SET turn = turn + 1, held_until = $4
WHERE webhook = $1 AND message = $2 AND turn = $3 AND due_at IS NOT NULL
RETURNING body, attempts, turn
