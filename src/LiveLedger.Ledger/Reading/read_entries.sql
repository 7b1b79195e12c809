-- Entries of one bundle. Locks: none. Snapshot: one; below a checkpoint these rows never change. Crash: reads only.
SELECT l.index, e.entry
FROM ledger.leaves AS l JOIN ledger.events AS e ON e.pos = l.pos
WHERE l.index >= $1 AND l.index < $2
ORDER BY l.index
