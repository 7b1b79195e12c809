-- One page of the log. Locks: none. Snapshot: one for each page; leaves never change, and indexes have no gaps. Crash: reads only.
SELECT l.index, e.entry, e.payload
FROM (SELECT index, pos FROM ledger.leaves WHERE index >= $1 ORDER BY index LIMIT $2) AS l
JOIN ledger.events AS e ON e.pos = l.pos
ORDER BY l.index
