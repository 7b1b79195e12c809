-- A viewer's best entitlement to a broadcast: the last granted of those that hold, else one that is suspended, else the last that ended.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT id, granted_at, ended_at, viewer, subject, sealed_name, standing, version, offer, offer_version FROM entitlements.entitlements
WHERE broadcast = $1 AND viewer = $2
ORDER BY CASE standing WHEN 'active' THEN 0 WHEN 'suspended' THEN 1 ELSE 2 END, ended_at DESC NULLS FIRST, granted_at DESC, id DESC LIMIT 1
