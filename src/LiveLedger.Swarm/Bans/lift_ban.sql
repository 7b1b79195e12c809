-- The end of a ban, from its event.
-- Locks: its row, after its stream's row. Snapshot: none assumed. Crash: as add_ban.sql.
DELETE FROM bans WHERE broadcast = $1 AND peer = $2
