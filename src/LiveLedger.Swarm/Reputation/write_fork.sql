-- A fork that is in the log. Locks: its row. Snapshot: none assumed. A crash leaves neither row nor the projection's place.
INSERT INTO forks (broadcast, receiver, link, first, second) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
