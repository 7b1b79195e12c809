-- A message that there is no room for. $1 webhook, $2 type, $3 now.
-- Locks: its row. Snapshot: none assumed. A crash before the commit leaves it uncounted, and the subscription sends the message again; one after it,
-- but before the subscription's place is kept, has it counted twice.
INSERT INTO licensing.webhook_left_out AS l (webhook, type, messages, first_at, last_at) VALUES ($1, $2, 1, $3, $3)
ON CONFLICT (webhook, type) DO UPDATE SET messages = l.messages + 1, last_at = greatest(l.last_at, $3)
