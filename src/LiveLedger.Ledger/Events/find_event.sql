-- An event by its id with what speaks for it, and its place in the log (null: it is still pending). Locks: none. Snapshot: one. Crash: reads only.
SELECT e.entry, e.payload, e.salt, (SELECT l.index FROM ledger.leaves AS l WHERE l.pos = e.pos) FROM ledger.events AS e WHERE e.id = $1
