-- Asks for a projection to be rebuilt; changes no row if that was asked already. Whoever runs the projection finds it there.
-- Locks: the projection's row. Snapshot: none assumed. A crash leaves it asked for or not.
UPDATE ledger.projections SET rebuild_version = version WHERE name = $1 AND rebuild_version IS NULL
