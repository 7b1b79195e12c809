-- The row of an inline projection, made with its empty tables. Version 0 is no program's: appends are kept out until the first rebuild.
-- Locks: the new row. Snapshot: none assumed. A crash leaves neither the row nor the tables.
INSERT INTO ledger.projections (name, version, generation, inline) VALUES ($1, 0, 0, true)
