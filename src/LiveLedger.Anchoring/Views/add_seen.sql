-- A sighting, from its event and in that append's transaction or a rebuild's; the search path says which tables are meant.
-- Locks: its own new row, after its stream's row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
INSERT INTO seen (deployment, version, block, log, subject, type, payload) VALUES ($1, $2, $3, $4, $5, $6, $7)
