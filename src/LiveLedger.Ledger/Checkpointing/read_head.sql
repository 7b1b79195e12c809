-- Size of the log and whether a checkpoint was ever signed. Locks: none. Snapshot: one row of it. Crash: reads only.
SELECT size, signed FROM ledger.head
