-- A wallet that is nobody's any more, from its event.
-- Locks: its row, after its stream's row. Snapshot: none assumed. Crash: as link_wallet.sql.
DELETE FROM links WHERE id = $1
