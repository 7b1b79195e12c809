-- One entitlement of one broadcast.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT id, granted_at, ended_at, viewer, subject, sealed_name, standing, version, offer, offer_version FROM entitlements.entitlements
WHERE id = $1 AND broadcast = $2
