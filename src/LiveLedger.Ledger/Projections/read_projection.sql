-- How far a projection is, and its rebuild. Locks: none. Snapshot: one row of it. Crash: reads only.
SELECT version, generation, next, rebuild_version, rebuild_next FROM ledger.projections WHERE name = $1
