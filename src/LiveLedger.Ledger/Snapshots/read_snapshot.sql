-- A stream's kept state, if it is of this fold's version and of the history that stands there now. Locks: none.
-- Snapshot: one, of the state and the event it covers. Crash: reads only.
SELECT s.covers, s.state
FROM ledger.snapshots AS s
JOIN ledger.events AS e ON e.stream = s.stream AND e.version = s.covers AND sha256(e.entry) = s.entry
WHERE s.stream = $1 AND s.fold = $2 AND s.version = $3 AND sha256(s.state) = s.digest
