-- What became of an entitlement, from a later event of its stream and in that append's transaction
-- or a rebuild's.
-- Locks: the entitlement's row, after its stream's row. Snapshot: none assumed. Crash: as insert_entitlement.sql.
UPDATE entitlements SET standing = $2, version = $3, ended_at = $4 WHERE id = $1
