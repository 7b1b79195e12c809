-- Who may watch what, empty: an inline projection of the streams entitlement/{id}, one row for each stream. Made in the schema that the
-- search path names: entitlements, or entitlements_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE entitlements (
  id            uuid PRIMARY KEY,
  broadcast     uuid NOT NULL,
  viewer        bytea NOT NULL CHECK (length(viewer) = 32), -- keyed pseudonym; the key is not in this database
  granted_at    timestamptz NOT NULL,
  standing      text NOT NULL DEFAULT 'active' CHECK (standing IN ('active', 'suspended', 'revoked', 'refunded')),
  ended_at      timestamptz,                                -- revoked or refunded
  version       bigint NOT NULL DEFAULT 0,                  -- of the event that gave it its standing or its viewer
  subject       uuid,                                       -- null with what was granted before names were kept
  sealed_name   bytea CHECK (length(sealed_name) <= 4096),  -- by the viewer's own key, which is not in this database
  offer         uuid,                                       -- null: everything, no limits
  offer_version integer
);

CREATE INDEX entitlements_viewer ON entitlements (broadcast, viewer);
CREATE INDEX entitlements_broadcast ON entitlements (broadcast, id);
