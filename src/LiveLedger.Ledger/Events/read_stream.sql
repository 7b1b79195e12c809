-- One page of a stream. Locks: none. Snapshot: one for each page; events never change, so pages fit together. Crash: reads only.
SELECT version, entry, payload FROM ledger.events WHERE stream = $1 AND version >= $2 ORDER BY version LIMIT $3
