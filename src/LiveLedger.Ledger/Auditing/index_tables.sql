-- The tables of the audit index, empty. Made in the schema that the search path names: ledger_index, or ledger_index_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.

-- One row for each event, by its index.
CREATE TABLE entries (
  index     bigint PRIMARY KEY,
  stream    text COLLATE "C" NOT NULL,
  version   bigint NOT NULL,
  type      text COLLATE "C" NOT NULL,
  actor     text COLLATE "C" NOT NULL,
  recorded  timestamptz NOT NULL,
  event     uuid NOT NULL,
  broadcast text COLLATE "C"            -- null: of none
);

-- Each gives its rows by index, so a page is read where it begins and no further than it goes.
CREATE INDEX entries_by_stream ON entries (stream, index);
CREATE INDEX entries_by_broadcast ON entries (broadcast, index) WHERE broadcast IS NOT NULL;
CREATE INDEX entries_by_type ON entries (type, index);
CREATE INDEX entries_by_actor ON entries (actor, index);

-- The head of each stream: whoever has it and the stream's entries knows whether one is missing.
CREATE TABLE streams (
  stream    text COLLATE "C" PRIMARY KEY,
  version   bigint NOT NULL,            -- of the last event; versions count from 0
  index     bigint NOT NULL,            -- of the last event
  broadcast text COLLATE "C"            -- null: of none, or of more than one
) WITH (fillfactor = 80);
CREATE INDEX streams_by_broadcast ON streams (broadcast, stream) WHERE broadcast IS NOT NULL;

-- The earliest and latest time in each 1024 entries. Appenders' clocks differ and may go back, so time is no order of the log; but these few
-- rows turn a span of time into a span of indexes that holds all of it.
CREATE TABLE blocks (
  block    bigint PRIMARY KEY,
  earliest timestamptz NOT NULL,
  latest   timestamptz NOT NULL
) WITH (fillfactor = 80);
