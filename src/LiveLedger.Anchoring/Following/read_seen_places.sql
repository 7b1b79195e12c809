-- Where sightings stand among some blocks, with the version of each one's event.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT version, block, log, type, payload FROM chain.seen WHERE deployment = $1 AND block BETWEEN $2 AND $3 ORDER BY version
