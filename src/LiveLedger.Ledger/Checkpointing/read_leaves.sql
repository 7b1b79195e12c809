-- Leaf hashes with $1 <= index < $2, in order. Locks: none. Snapshot: one for each page; leaves never change. Crash: reads only.
SELECT index, hash FROM ledger.leaves WHERE index >= $1 AND index < $2 ORDER BY index
