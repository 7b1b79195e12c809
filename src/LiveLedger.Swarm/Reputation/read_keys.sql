-- For whom some keys act in a broadcast: those of them that were admitted. Locks: none. Snapshot: one statement. Crash: reads only.
SELECT key, peer, role, expires FROM standings.keys WHERE broadcast = $1 AND key = ANY ($2::bytea[])
