-- Entitlements of one broadcast in the order of their ids, from behind $2.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT id, granted_at, ended_at, viewer, subject, sealed_name, standing, version, offer, offer_version FROM entitlements.entitlements
WHERE broadcast = $1 AND id > $2 ORDER BY id LIMIT $3
