-- Heads of streams as the log is below index $1: at most $2 of them, by name. Locks: none. Snapshot: one. Crash: reads only.
SELECT s.stream, e.version, e.index, s.broadcast
FROM ledger_index.streams AS s
CROSS JOIN LATERAL (SELECT version, index FROM ledger_index.entries WHERE stream = s.stream AND index < $1 ORDER BY index DESC LIMIT 1) AS e
WHERE s.stream > $3 /* and the filters asked for */
ORDER BY s.stream LIMIT $2
