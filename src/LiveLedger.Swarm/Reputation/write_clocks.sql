-- How far broadcasts' events have come, in step. Locks: their rows. Snapshot: none assumed. A crash leaves neither rows nor the projection's place.
INSERT INTO clocks (broadcast, time, index) SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
ON CONFLICT (broadcast) DO UPDATE SET time = excluded.time, index = excluded.index
