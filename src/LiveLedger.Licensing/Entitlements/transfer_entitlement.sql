-- An entitlement passed on to another viewer, from a later event of its stream.
-- Locks: the entitlement's row, after its stream's row. Snapshot: none assumed. Crash: as insert_entitlement.sql.
UPDATE entitlements SET viewer = $2, version = $3, subject = $4, sealed_name = $5 WHERE id = $1
