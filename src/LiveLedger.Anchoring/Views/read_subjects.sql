-- The sightings of some subjects, in the order they were made.
-- Locks: none. Snapshot: one statement, which sees this transaction's rows. Nothing to crash: it only reads.
SELECT subject, type, payload FROM seen WHERE deployment = $1 AND subject = ANY($2) ORDER BY version
