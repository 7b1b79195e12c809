-- One page of the log. Locks: none. Snapshot: one for each page; leaves never change, and indexes have no gaps. Crash: reads only.
SELECT l.index, e.entry, e.payload
FROM (SELECT index, pos FROM ledger.leaves WHERE index >= $1 ORDER BY index LIMIT $2) AS l
-- Each by its position, whatever the planner guesses: see Projections/read_batch.sql.
CROSS JOIN LATERAL (SELECT entry, payload FROM ledger.events WHERE pos = l.pos OFFSET 0) AS e
ORDER BY l.index
