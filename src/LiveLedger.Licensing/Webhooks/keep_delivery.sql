-- A message on its way to a webhook, due now. $1 webhook, $2 message, $3 type, $4 body, $5 now.
-- Locks: the new row. Snapshot: none assumed. A crash before the commit leaves no row, and the subscription sends the message again; after
-- it the row is there, and the message coming again changes nothing.
INSERT INTO licensing.webhook_deliveries (webhook, message, type, body, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (webhook, message) DO NOTHING
