-- Blocks that were followed: those with sightings, and the last one of a batch. Older ones than the chain could still take back are dropped.
-- Locks: the rows, by the one follower of the deployment. Snapshot: one statement. A crash leaves all of them or none: without them the batch is read again.
WITH dropped AS (DELETE FROM anchoring.blocks WHERE deployment = $1 AND number < $4)
INSERT INTO anchoring.blocks (deployment, number, hash) SELECT $1, * FROM unnest($2::bigint[], $3::text[])
ON CONFLICT (deployment, number) DO UPDATE SET hash = excluded.hash
