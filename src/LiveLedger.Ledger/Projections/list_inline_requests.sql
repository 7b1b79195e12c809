-- Inline projections that are to be rebuilt. Locks: none. Snapshot: one. Crash: reads only.
SELECT name FROM ledger.projections WHERE inline AND rebuild_version IS NOT NULL ORDER BY name
