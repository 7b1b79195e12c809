-- A broadcast's token as its sightings fold to.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
INSERT INTO tokens (deployment, broadcast, owner, controller, identity, content_root) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (deployment, broadcast) DO UPDATE SET owner = $3, controller = $4, identity = $5, content_root = $6
