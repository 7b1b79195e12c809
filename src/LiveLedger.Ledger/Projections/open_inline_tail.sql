-- The events of some streams ($2: how their names begin) that a rebuild has not read by index: those with an index from $1 on, and those that
-- are committed and wait for one. In order of pos, which within a stream is version order.
-- Locks: none; the caller has closed the projection, so nothing is added to these streams meanwhile.
-- Snapshot: ONE, the cursor's: an event that is given its index meanwhile is in pending or in leaves, never in both and never in neither.
-- Crash: reads only; the cursor goes with the transaction.
DECLARE inline_tail NO SCROLL CURSOR FOR
SELECT e.entry, e.payload
FROM (SELECT pos FROM ledger.leaves WHERE index >= $1 UNION ALL SELECT pos FROM ledger.pending) AS rest
JOIN ledger.events AS e ON e.pos = rest.pos
WHERE starts_with(e.stream, $2)
ORDER BY e.pos
