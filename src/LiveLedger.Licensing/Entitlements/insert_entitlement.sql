-- One granted entitlement, from the first event of its stream and in that append's transaction
-- or a rebuild's; the search path says which tables are meant.
-- Locks: its own new row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
INSERT INTO entitlements (id, broadcast, viewer, granted_at, subject, sealed_name, offer, offer_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
