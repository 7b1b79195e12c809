-- The standings of every broadcast's peers, empty: an async projection. Made in the schema that the search path names: standings, or standings_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.

-- As they were when they last changed; they decay from there to the broadcast's clock.
CREATE TABLE standings (
  broadcast   uuid NOT NULL,
  peer        bytea NOT NULL CHECK (length(peer) = 32), -- the pseudonym of an entitlement or grant
  good        bigint NOT NULL, -- Q16, as docs/formats/standing.md has it
  bad         bigint NOT NULL,
  epoch       bigint NOT NULL,
  receipts    bigint NOT NULL,
  bytes       bigint NOT NULL,
  receivers   integer NOT NULL,
  forks       integer NOT NULL,
  convictions integer NOT NULL,
  convicted   boolean NOT NULL,
  banned      boolean NOT NULL,
  index       bigint NOT NULL, -- of the event that changed it
  PRIMARY KEY (broadcast, peer)
) WITH (fillfactor = 80);

-- The time that a broadcast's events have come to, in Unix ms, and the last of them.
CREATE TABLE clocks (
  broadcast uuid PRIMARY KEY,
  time      bigint NOT NULL,
  index     bigint NOT NULL
) WITH (fillfactor = 50);

-- Which key acts for whom: what receipts are looked up by.
CREATE TABLE keys (
  broadcast uuid NOT NULL,
  key       bytea NOT NULL CHECK (length(key) = 32),
  peer      bytea NOT NULL,
  role      smallint NOT NULL,
  expires   timestamptz NOT NULL,
  PRIMARY KEY (broadcast, key)
) WITH (fillfactor = 80);

-- Forks that are in the log, and whether an event has named them: one of a link is named once, however often it is found.
CREATE TABLE forks (
  broadcast uuid NOT NULL,
  receiver  bytea NOT NULL, -- the key
  link      bytea NOT NULL,
  first     bytea NOT NULL,
  second    bytea NOT NULL,
  named     boolean NOT NULL DEFAULT false,
  PRIMARY KEY (broadcast, receiver, link)
);

CREATE INDEX forks_unnamed ON forks (broadcast, receiver, link) WHERE NOT named;

-- What the counting goes on from after a start: saves reading the log from its first event and decides nothing. In pieces: a field holds a gigabyte at most, and is written whole.
CREATE TABLE kept (
  broadcast uuid NOT NULL,
  piece     integer NOT NULL, -- from 0, end to end
  state     bytea NOT NULL,
  PRIMARY KEY (broadcast, piece)
);

CREATE TABLE kept_place (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  next bigint NOT NULL -- the first event that is in no kept state
);
