-- Folded states of long streams, kept so that a load need not read all events. They can be dropped at any time.
-- Locks: the new table only; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
CREATE TABLE ledger.snapshots (
  stream  text COLLATE "C" NOT NULL,
  fold    text COLLATE "C" NOT NULL,
  version integer NOT NULL,     -- of the fold: another one's state is not read
  covers  bigint NOT NULL CHECK (covers >= 0),  -- stream version of the last event in the state
  entry   bytea NOT NULL CHECK (length(entry) = 32),  -- SHA-256 of that event's entry: the state is of this history and no other
  state   bytea NOT NULL CHECK (length(state) <= 1048576),
  digest  bytea NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the state
  PRIMARY KEY (stream, fold)
) WITH (fillfactor = 70);
