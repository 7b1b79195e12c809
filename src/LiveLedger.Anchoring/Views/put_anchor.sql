-- An anchored checkpoint.
-- Locks: the row, after its stream's row. Snapshot: one statement. Crash: as add_seen.sql.
INSERT INTO anchors (deployment, submitter, origin, size, root, block, block_hash, transaction) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (deployment, submitter, origin, size) DO UPDATE SET root = $5, block = $6, block_hash = $7, transaction = $8
