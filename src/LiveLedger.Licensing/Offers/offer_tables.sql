-- What is for sale, empty: an inline projection of the streams offer/{id}, one row for each stream. Made in the schema that the search path
-- names: offers, or offers_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE offers (
  id           uuid PRIMARY KEY,
  broadcast    uuid NOT NULL,
  version      integer NOT NULL,
  body         bytea NOT NULL, -- JSON, as it stands in the last event that stated it
  created_at   timestamptz NOT NULL,
  withdrawn_at timestamptz
);

CREATE INDEX offers_broadcast ON offers (broadcast, id);
