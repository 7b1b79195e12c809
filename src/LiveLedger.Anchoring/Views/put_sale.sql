-- A sale as its sightings fold to.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
INSERT INTO sales (deployment, sale, broadcast, broadcaster, state, cancelled, terms) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (deployment, sale) DO UPDATE SET broadcast = $3, broadcaster = $4, state = $5, cancelled = $6, terms = $7
