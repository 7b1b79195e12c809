-- Size of the log, whether a checkpoint was ever signed, and under which name last. Locks: none. Snapshot: one row of it. Crash: reads only.
SELECT size, signed, origin FROM ledger.head
