-- Heads of a broadcast's streams as the log is below index $2, by name after $3, at most $4. A stream that begins later is left out; one that
-- is longer now is looked up. Locks: none. Snapshot: one for each page; below an index that the projection has passed nothing changes.
-- Crash: reads only.
SELECT s.stream, e.version, e.index
FROM ledger_index.streams AS s
CROSS JOIN LATERAL (
  SELECT s.version, s.index WHERE s.index < $2
  UNION ALL
  (SELECT p.version, p.index FROM ledger_index.entries AS p WHERE s.index >= $2 AND p.stream = s.stream AND p.index < $2 ORDER BY p.index DESC LIMIT 1)
) AS e
WHERE s.broadcast = $1 AND s.stream > $3
ORDER BY s.stream LIMIT $4
