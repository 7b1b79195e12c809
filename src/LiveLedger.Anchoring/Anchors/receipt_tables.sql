-- Receipts of anchored checkpoints, empty: an inline projection of the streams anchor/{deployment}. Made in the schema that the search path names:
-- anchor_receipts, or anchor_receipts_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
CREATE TABLE receipts (
  deployment text NOT NULL,
  size       numeric(20) NOT NULL,
  block      bigint NOT NULL,
  block_hash text NOT NULL,
  receipt    bytea NOT NULL,
  PRIMARY KEY (deployment, size)
);
