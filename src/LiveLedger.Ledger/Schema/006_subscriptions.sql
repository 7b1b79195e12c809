-- How far the messages to the outside are: the log is the outbox, and this is all that is remembered of it.
-- Locks: the new table only; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
CREATE TABLE ledger.subscriptions (
  name text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  next bigint NOT NULL DEFAULT 0 CHECK (next >= 0)  -- index of the first event whose message may not have been taken
) WITH (fillfactor = 50);
