-- A wallet that is a viewer's from now on, from its event and in that append's transaction or a rebuild's; the search path says which tables are meant.
-- Locks: its row, after its stream's row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
INSERT INTO links (id, broadcast, viewer, subject, sealed_wallet, linked_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET viewer = excluded.viewer, subject = excluded.subject, sealed_wallet = excluded.sealed_wallet, linked_at = excluded.linked_at
