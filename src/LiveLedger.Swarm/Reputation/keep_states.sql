-- Broadcasts' states as far as the projection's place, in step. Locks: their rows. Snapshot: none assumed. A crash leaves all of the older ones.
INSERT INTO kept (broadcast, state) SELECT * FROM unnest($1::uuid[], $2::bytea[])
ON CONFLICT (broadcast) DO UPDATE SET state = excluded.state
