-- Entries of one bundle. Locks: none. Snapshot: one; below a checkpoint these rows never change. Crash: reads only.
-- The indexes one by one: a plan kept for a range of any length would read the whole table, and a new one for each range costs a third of it.
SELECT l.index, e.entry
FROM ledger.leaves AS l CROSS JOIN LATERAL (SELECT e.entry FROM ledger.events AS e WHERE e.pos = l.pos OFFSET 0) AS e
WHERE l.index = ANY (ARRAY(SELECT generate_series($1, $2 - 1)))
ORDER BY l.index
