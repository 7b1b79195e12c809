-- As advance_projection.sql, for the tables being rebuilt. Locks: the projection's row. Snapshot: none assumed. Crash: as there.
UPDATE ledger.projections SET rebuild_next = $4 WHERE name = $1 AND generation = $2 AND rebuild_next = $3
