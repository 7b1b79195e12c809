-- Who is convicted of what, empty: an inline projection of the streams conviction/…. Made in the schema that the search path names: convictions, or convictions_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE peers (
  broadcast     uuid NOT NULL,
  peer          bytea NOT NULL CHECK (length(peer) = 32), -- the pseudonym of an entitlement or grant
  key           bytea NOT NULL CHECK (length(key) = 32), -- one conviction for each
  role          text NOT NULL,
  grant_id      uuid, -- a relay's
  proof         bytea NOT NULL,
  convicted_at  timestamptz NOT NULL,
  pardoned_at   timestamptz,
  pardon_reason text,
  PRIMARY KEY (broadcast, peer, key)
);

CREATE INDEX peers_grant ON peers (grant_id) WHERE grant_id IS NOT NULL AND pardoned_at IS NULL;

CREATE TABLE slots (
  broadcast uuid NOT NULL,
  track     text NOT NULL,
  epoch     bigint NOT NULL,
  sequence  bigint NOT NULL,
  proof     bytea NOT NULL,
  proved_at timestamptz NOT NULL,
  PRIMARY KEY (broadcast, track, epoch, sequence)
);
