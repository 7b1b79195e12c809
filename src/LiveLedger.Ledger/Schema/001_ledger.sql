-- The event store and the log over it.
-- Locks: access exclusive on what it makes; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.

CREATE SCHEMA ledger;

-- One row for each stream; its row lock is what makes a stream's versions a line.
CREATE TABLE ledger.streams (
  name    text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL CHECK (version >= 0)
) WITH (fillfactor = 80);

-- Insert-only. pos is drawn under the stream's row lock, so within a stream pos order is version order. It is an order of drawing and has
-- holes: nobody outside the sequencer may use it as a position.
CREATE TABLE ledger.events (
  pos     bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  id      uuid NOT NULL CONSTRAINT events_id_key UNIQUE,
  stream  text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  entry   bytea NOT NULL CHECK (length(entry) <= 65535),
  payload bytea NOT NULL,
  salt    bytea NOT NULL CHECK (length(salt) = 16),
  CONSTRAINT events_stream_version_key UNIQUE (stream, version)
);

-- What has no index yet. A heap without an index: the append pays one small tuple, and the sequencer reads all of it anyway.
CREATE TABLE ledger.pending (
  pos bigint NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_insert_threshold = -1);

-- The log: index is the leaf's place in the tree and the event's only global position.
CREATE TABLE ledger.leaves (
  index bigint PRIMARY KEY,
  pos   bigint NOT NULL CONSTRAINT leaves_pos_key UNIQUE,
  hash  bytea NOT NULL CHECK (length(hash) = 32)
);

-- One row: how many leaves there are, and whether a checkpoint was ever signed over them.
CREATE TABLE ledger.head (
  id     boolean PRIMARY KEY DEFAULT true CHECK (id),
  size   bigint NOT NULL,
  signed boolean NOT NULL DEFAULT false
) WITH (fillfactor = 10);
INSERT INTO ledger.head (size) VALUES (0);

-- Derived: the hash of each full tile, one level above it. Level 1 covers 256 leaves, level 2 covers 65,536.
CREATE TABLE ledger.nodes (
  level smallint NOT NULL CHECK (level >= 1),
  index bigint NOT NULL,
  hash  bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, index)
);

CREATE FUNCTION ledger.stale_head(expected bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION 'the log''s head is not at % any more', expected USING ERRCODE = 'LL001';
END $$;
