-- A broadcast's kept state. Locks: none. Snapshot: the transaction's. Crash: reads only.
SELECT state FROM kept WHERE broadcast = $1
