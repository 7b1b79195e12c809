-- Blocks that the chain has taken back.
-- Locks: the rows, by the one follower of the deployment. Snapshot: one statement. A crash leaves them, and they are found out again.
DELETE FROM anchoring.blocks WHERE deployment = $1 AND number > $2
