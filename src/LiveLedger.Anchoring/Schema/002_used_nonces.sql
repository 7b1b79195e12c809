-- Sign-ins that were taken: each request for one is answered once, by whichever server.
-- Locks: none but on what it makes; runs under the schema's advisory lock. Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
CREATE TABLE anchoring.used_nonces (
  nonce text PRIMARY KEY,
  until timestamptz NOT NULL -- nobody takes it any more
);

CREATE INDEX used_nonces_until ON anchoring.used_nonces (until);
