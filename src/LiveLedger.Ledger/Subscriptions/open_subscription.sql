-- A subscription's place, made at the log's begin if it is new. Locks: its row, for the statement. Snapshot: none assumed: one publisher runs it
-- at a time. A crash leaves a place or none.
INSERT INTO ledger.subscriptions AS s (name) VALUES ($1)
ON CONFLICT (name) DO UPDATE SET next = s.next
RETURNING next
