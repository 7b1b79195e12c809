-- A ticket as its sightings fold to.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
INSERT INTO tickets (deployment, ticket, sale, holder, standing, face, paid, claimed_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (deployment, ticket) DO UPDATE SET sale = $3, holder = $4, standing = $5, face = $6, paid = $7, claimed_until = $8
