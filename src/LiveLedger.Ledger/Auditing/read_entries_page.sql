-- One page of entries with $1 <= index < $2 that meet the filters, at most $3 of them, and at least one whatever its length, of at most $4
-- bytes together; with how many were found before the bytes were counted. Rows come from the log itself: the index only finds them.
-- Locks: none. Snapshot: one for each page; below an index that the projection has passed nothing changes, so pages fit together, also when
-- the index is swapped for a rebuilt one in between. Crash: reads only.
WITH found AS (
  SELECT e.index FROM ledger_index.entries AS e
  WHERE e.index >= $1 AND e.index < $2 /* and the filters asked for */
  ORDER BY e.index LIMIT $3
), sized AS (
  SELECT f.index, v.entry, v.payload, v.salt, l.hash,
    sum(octet_length(v.entry) + octet_length(v.payload)) OVER (ORDER BY f.index) AS total,
    row_number() OVER (ORDER BY f.index) AS place
  FROM found AS f JOIN ledger.leaves AS l ON l.index = f.index JOIN ledger.events AS v ON v.pos = l.pos
)
SELECT index, entry, payload, salt, hash, (SELECT count(*) FROM found)
FROM sized WHERE total <= $4 OR place = 1
ORDER BY index
