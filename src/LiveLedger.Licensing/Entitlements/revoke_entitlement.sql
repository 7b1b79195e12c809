-- The end of an entitlement, from the second event of its stream and in that append's transaction
-- or a rebuild's.
-- Locks: the entitlement's row, after its stream's row. Snapshot: none assumed. Crash: as insert_entitlement.sql.
UPDATE entitlements SET revoked_at = $2 WHERE id = $1
