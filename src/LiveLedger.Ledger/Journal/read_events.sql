-- Events with $1 <= index < $2 and their leaf hashes, in order. Locks: none. Snapshot: one for each page; leaves and events never change.
-- Crash: reads only.
SELECT l.index, l.hash, e.entry, e.salt, e.payload
FROM ledger.leaves AS l JOIN ledger.events AS e ON e.pos = l.pos
WHERE l.index >= $1 AND l.index < $2
ORDER BY l.index
