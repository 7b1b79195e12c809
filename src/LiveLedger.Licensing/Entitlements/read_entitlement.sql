-- One entitlement of one broadcast.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT id, granted_at, revoked_at, viewer, subject, sealed_name FROM entitlements.entitlements WHERE id = $1 AND broadcast = $2
