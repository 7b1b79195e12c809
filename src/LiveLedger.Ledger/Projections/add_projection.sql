-- A projection's row, made with its tables. Locks: the new row. Snapshot: none assumed. A crash leaves neither the row nor the tables.
INSERT INTO ledger.projections (name, version) VALUES ($1, $2)
