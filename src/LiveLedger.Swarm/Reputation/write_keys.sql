-- Keys that were admitted, in step and each once. Locks: their rows. Snapshot: none assumed. A crash leaves neither rows nor the projection's place.
INSERT INTO keys (broadcast, key, peer, role, expires) SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::smallint[], $5::timestamptz[])
ON CONFLICT (broadcast, key) DO UPDATE SET peer = excluded.peer, role = excluded.role, expires = excluded.expires
