-- A receipt, from its event and in that append's transaction or a rebuild's. Of two for one size the later one holds: the block of the first was taken back.
-- Locks: its row, after its stream's row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
INSERT INTO receipts (deployment, size, block, block_hash, receipt) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (deployment, size) DO UPDATE SET block = $3, block_hash = $4, receipt = $5
