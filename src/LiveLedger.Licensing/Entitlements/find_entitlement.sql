-- A viewer's best entitlement to a broadcast: one that holds if there is any, else the last one revoked.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT id, granted_at, revoked_at, viewer, subject, sealed_name FROM entitlements.entitlements WHERE broadcast = $1 AND viewer = $2
ORDER BY revoked_at DESC NULLS FIRST, id DESC LIMIT 1
