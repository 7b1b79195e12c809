-- Hashes of one tile above level 0. Locks: none. Snapshot: one; below a checkpoint these rows never change. Crash: reads only.
SELECT index, hash FROM ledger.nodes WHERE level = $3 AND index >= $1 AND index < $2 ORDER BY index
