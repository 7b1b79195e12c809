-- Takes back sightings of blocks that do not stand, by their events' versions; answers with the subjects that have to be folded again.
-- Locks: the rows, after their stream's row. Snapshot: one statement. Crash: as add_seen.sql.
DELETE FROM seen WHERE deployment = $1 AND version = ANY($2) RETURNING subject
