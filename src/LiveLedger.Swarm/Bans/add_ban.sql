-- A ban, from its event and in that append's transaction or a rebuild's; the search path says which tables are meant.
-- Locks: its row, after its stream's row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
INSERT INTO bans (broadcast, peer, reason, banned_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (broadcast, peer) DO UPDATE SET reason = excluded.reason, banned_at = excluded.banned_at
