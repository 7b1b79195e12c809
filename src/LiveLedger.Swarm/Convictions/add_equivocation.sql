-- A slot that was signed twice, from its event.
-- Locks: its row, after its stream's row. Snapshot: none assumed. Crash: as add_conviction.sql.
INSERT INTO slots (broadcast, track, epoch, sequence, proof, proved_at) VALUES ($1, $2, $3, $4, $5, $6)
