-- Moves a subscription from index $2 to $3, after the messages between were taken. Changes no row if it is not where this publisher left it.
-- Locks: its row. Snapshot: none assumed. A crash before it sends those messages again, with the same ids.
UPDATE ledger.subscriptions SET next = $3 WHERE name = $1 AND next = $2
