-- Who may watch what: a projection of the streams entitlement/{id}, one row for each stream. Dropped, it can be rebuilt from them.
-- Locks: access exclusive on what it makes; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.

CREATE SCHEMA licensing;

CREATE TABLE licensing.entitlements (
  id         uuid PRIMARY KEY,
  broadcast  uuid NOT NULL,
  viewer     bytea NOT NULL CHECK (length(viewer) = 32), -- keyed pseudonym; the key is not in this database
  granted_at timestamptz NOT NULL,
  revoked_at timestamptz
);

CREATE INDEX entitlements_viewer ON licensing.entitlements (broadcast, viewer);
