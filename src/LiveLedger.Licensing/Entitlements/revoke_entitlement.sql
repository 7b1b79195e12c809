-- The end of an entitlement, from the second event of its stream and in that append's transaction.
-- Locks: the entitlement's row, after its stream's row. Snapshot: none assumed. A crash leaves neither event nor change.
UPDATE licensing.entitlements SET revoked_at = $2 WHERE id = $1
