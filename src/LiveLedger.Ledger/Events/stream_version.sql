-- Locks: none. Snapshot: one row of it. May be old by the time it is used: an append checks it again under the stream's lock. Crash: reads only.
SELECT version FROM ledger.streams WHERE name = $1
