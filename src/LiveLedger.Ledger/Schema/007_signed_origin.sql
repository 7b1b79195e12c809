-- Which log has signed over these leaves: a server that is told another name must not begin to sign as if there had never been one.
-- Locks: access exclusive on ledger.head, for a moment; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.

-- Null where an older version of the program has signed last, and where nobody has.
ALTER TABLE ledger.head ADD COLUMN origin text;
