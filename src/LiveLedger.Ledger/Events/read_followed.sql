-- Of the next $2 events of the log from index $1 on, those whose streams' names begin with one of $3; and a row without an entry, last, with the
-- index of the last event looked at (null: there was none). Locks: none. Snapshot: one; indexes have no gaps. Crash: reads only.
WITH found AS MATERIALIZED (
  SELECT index, pos FROM ledger.leaves WHERE index >= $1 ORDER BY index LIMIT $2
)
SELECT f.index, e.entry, e.payload
FROM found AS f
-- Each by its position. OFFSET 0 keeps the planner from joining the other way round: with a guess of how many begin so, it read
-- all events there are, several times a second.
CROSS JOIN LATERAL (SELECT stream, entry, payload FROM ledger.events WHERE pos = f.pos OFFSET 0) AS e
WHERE e.stream ^@ ANY ($3)
UNION ALL
SELECT max(index), NULL, NULL FROM found
ORDER BY index, entry NULLS LAST
