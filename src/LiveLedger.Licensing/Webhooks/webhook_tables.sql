-- The webhooks, empty: an inline projection of the streams webhook/{id}, one row for each that was not removed. Made in the schema that the search
-- path names: webhooks, or webhooks_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE webhooks (
  id         uuid PRIMARY KEY,
  broadcast  uuid NOT NULL,
  sealed_url bytea NOT NULL, -- the key is not in this database
  types      text[] NOT NULL,
  added_at   timestamptz NOT NULL,
  after      bigint NOT NULL
);

CREATE INDEX webhooks_broadcast ON webhooks (broadcast, id);
