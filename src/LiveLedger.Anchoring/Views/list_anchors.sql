-- Anchors of one submitter for one log, the largest first, up to a size.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT size, root, block, block_hash, transaction FROM chain.anchors WHERE deployment = $1 AND submitter = $2 AND origin = $3 AND size <= $4 ORDER BY size DESC LIMIT $5
