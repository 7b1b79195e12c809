-- The next events of the log for a projection, from index $1 on: at most $2 of them, and at least one whatever its length, of at most $3
-- bytes together. Locks: none. Snapshot: one; the log grows at its end only, so what is seen has no gap. Crash: reads only.
WITH found AS MATERIALIZED (
  SELECT index, pos FROM ledger.leaves WHERE index >= $1 ORDER BY index LIMIT $2
), sized AS (
  SELECT f.index, e.entry, e.payload,
    sum(octet_length(e.entry) + octet_length(e.payload)) OVER (ORDER BY f.index) AS total
  FROM found AS f
  -- Each by its position. OFFSET 0 keeps the planner from joining the other way round: while a table has grown and its statistics have
  -- not, it read all events there are for every batch.
  CROSS JOIN LATERAL (SELECT entry, payload FROM ledger.events WHERE pos = f.pos OFFSET 0) AS e
)
SELECT index, entry, payload FROM sized WHERE total <= $3 OR index = $1 ORDER BY index
