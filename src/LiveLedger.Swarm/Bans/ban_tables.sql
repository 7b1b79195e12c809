-- Who is banned from which swarm, empty: an inline projection of the streams ban/{broadcast}/{peer}. Made in the schema that the search path names: bans, or
-- bans_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE bans (
  broadcast uuid NOT NULL,
  peer      bytea NOT NULL CHECK (length(peer) = 32), -- the pseudonym of an entitlement or grant
  reason    text NOT NULL,
  banned_at timestamptz NOT NULL,
  PRIMARY KEY (broadcast, peer)
);
