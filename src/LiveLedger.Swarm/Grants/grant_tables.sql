-- The relays that may carry broadcasts, empty: an inline projection of the streams relay/{id}, one row for each stream. Made in the schema that the search path
-- names: relays, or relays_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE relays (
  id           uuid PRIMARY KEY,
  broadcast    uuid, -- null: all
  name         text NOT NULL,
  origin       text NOT NULL,
  upload_limit bigint,
  granted_at   timestamptz NOT NULL,
  withdrawn_at timestamptz
);

CREATE INDEX relays_broadcast ON relays (broadcast, id);
