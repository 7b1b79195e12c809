-- The tables are made and filled by the ledger's inline projections from here on, in a schema of their own. Rows are what the events say, so
-- the old ones need not be kept: the start that runs this makes the new ones from the log.
-- Locks: access exclusive on what it drops; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves the old tables: it runs in one transaction.
DROP SCHEMA licensing CASCADE;
