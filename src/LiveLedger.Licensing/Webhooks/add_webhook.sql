-- A webhook, from its first event and in that append's transaction or a rebuild's; the search path says which tables are meant.
-- Locks: the new row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
INSERT INTO webhooks (id, broadcast, sealed_url, types, added_at, after) VALUES ($1, $2, $3, $4, $5, $6)
