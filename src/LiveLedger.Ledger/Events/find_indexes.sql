-- Places in the log of events by pos, in pos order. Locks: none. Snapshot: one; what is missing is still pending. Crash: reads only.
SELECT index FROM ledger.leaves WHERE pos = ANY ($1) ORDER BY pos
