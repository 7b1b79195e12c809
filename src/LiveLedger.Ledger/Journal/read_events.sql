-- Events with $1 <= index < $2 and their leaf hashes, in order. Locks: none. Snapshot: one for each page; leaves and events never change.
-- Crash: reads only.
SELECT l.index, l.hash, e.entry, e.salt, e.payload
FROM ledger.leaves AS l
-- Each by its position, whatever the planner guesses: see Projections/read_batch.sql.
CROSS JOIN LATERAL (SELECT entry, salt, payload FROM ledger.events WHERE pos = l.pos OFFSET 0) AS e
WHERE l.index >= $1 AND l.index < $2
ORDER BY l.index
