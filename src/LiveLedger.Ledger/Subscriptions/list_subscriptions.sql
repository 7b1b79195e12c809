-- All subscriptions, and the events in the log. Locks: none. Snapshot: one. Crash: reads only.
SELECT s.name, s.next, h.size FROM ledger.subscriptions AS s CROSS JOIN ledger.head AS h ORDER BY s.name
