-- A broadcast's kept state, in its pieces. Locks: none. Snapshot: the transaction's. Crash: reads only.
SELECT state FROM kept WHERE broadcast = $1 ORDER BY piece
