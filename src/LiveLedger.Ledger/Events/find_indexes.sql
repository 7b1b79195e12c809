-- Places in the log of events by pos, in pos order; what is missing is still pending. $2: an index that none of them can be below (0 if
-- unknown), which keeps the search short. Locks: none. Snapshot: one. Crash: reads only.
SELECT index FROM ledger.leaves WHERE pos = ANY ($1) AND index >= $2 ORDER BY pos
