-- A rebuild by the code of version $2 begins, with its empty tables, in one transaction. Locks: the projection's row. Snapshot: none assumed.
-- A crash leaves the rebuild asked for and not begun.
UPDATE ledger.projections SET rebuild_version = $2, rebuild_next = 0 WHERE name = $1
