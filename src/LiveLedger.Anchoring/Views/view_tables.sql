-- What our contracts on a chain come to, empty: an inline projection of the streams chain/{deployment}. Each sighting that stands is a row of seen; the rows of its
-- subject (a ticket, a sale, a token, an anchor) are folded to one row of that kind, and folded again when the chain takes one back. Made in the schema that the
-- search path names: chain, or chain_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE seen (
  deployment text NOT NULL,
  version    bigint NOT NULL, -- of the event in its stream
  block      bigint NOT NULL,
  log        integer NOT NULL,
  subject    text NOT NULL,
  type       text NOT NULL,
  payload    bytea NOT NULL,
  PRIMARY KEY (deployment, version)
);

CREATE UNIQUE INDEX seen_place ON seen (deployment, block, log);
CREATE INDEX seen_subject ON seen (deployment, subject, version);

CREATE TABLE tickets (
  deployment    text NOT NULL,
  ticket        bigint NOT NULL,
  sale          bigint NOT NULL,
  holder        text,          -- null: nobody's any more
  standing      text NOT NULL CHECK (standing IN ('held', 'burned', 'refunded')),
  face          text NOT NULL, -- amounts are of up to 128 bits
  paid          text NOT NULL, -- for outages
  claimed_until bigint NOT NULL,
  PRIMARY KEY (deployment, ticket)
);

CREATE INDEX tickets_holder ON tickets (deployment, holder, ticket);
CREATE INDEX tickets_sale ON tickets (deployment, sale, ticket);

CREATE TABLE sales (
  deployment  text NOT NULL,
  sale        bigint NOT NULL,
  broadcast   uuid NOT NULL,
  broadcaster text NOT NULL,
  state       text NOT NULL CHECK (state IN ('open', 'started', 'refunding', 'settled')),
  cancelled   boolean NOT NULL,
  terms       bytea NOT NULL, -- JSON, as in the event
  PRIMARY KEY (deployment, sale)
);

CREATE INDEX sales_broadcast ON sales (broadcast, sale);

CREATE TABLE tokens (
  deployment   text NOT NULL,
  broadcast    uuid NOT NULL,
  owner        text NOT NULL,
  controller   text NOT NULL, -- who registered it, or whose hand-over was accepted last
  identity     text NOT NULL,
  content_root text,
  PRIMARY KEY (deployment, broadcast)
);

CREATE TABLE anchors (
  deployment  text NOT NULL,
  submitter   text NOT NULL,
  origin      text NOT NULL,
  size        numeric(20) NOT NULL,
  root        text NOT NULL,
  block       bigint NOT NULL,
  block_hash  text NOT NULL,
  transaction text NOT NULL,
  PRIMARY KEY (deployment, submitter, origin, size)
);
