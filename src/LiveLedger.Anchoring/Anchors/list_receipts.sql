-- Receipts of a deployment, the largest size first, none above $2.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT size, block, block_hash, receipt FROM anchor_receipts.receipts WHERE deployment = $1 AND size <= $2 ORDER BY size DESC LIMIT $3
