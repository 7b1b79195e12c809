-- Whose a wallet is, empty: an inline projection of the streams wallet/{id}, one row for each wallet that is linked now. Made in the schema that the search path
-- names: wallets, or wallets_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE links (
  id            uuid PRIMARY KEY, -- keyed pseudonym of the wallet in the broadcast; the key is not in this database
  broadcast     uuid NOT NULL,
  viewer        bytea NOT NULL CHECK (length(viewer) = 32), -- keyed pseudonym
  subject       uuid NOT NULL,
  sealed_wallet bytea CHECK (length(sealed_wallet) <= 4096), -- by the viewer's own key; null where it was linked before names of wallets were kept
  linked_at     timestamptz NOT NULL
);

CREATE INDEX links_viewer ON links (broadcast, viewer, linked_at);
