-- Whose an entitlement is, sealed by the viewer's own key, which is not in this database: null for what was granted before.
-- Locks: access exclusive on licensing.entitlements, for a moment; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
ALTER TABLE licensing.entitlements ADD COLUMN subject uuid, ADD COLUMN sealed_name bytea CHECK (length(sealed_name) <= 4096);
