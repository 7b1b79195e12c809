-- One piece of a broadcast's state as far as the projection's place; the pieces behind the last are dropped with it ($4). Locks: their rows. Snapshot: none assumed. A crash leaves all of the older ones.
WITH fewer AS (DELETE FROM kept WHERE $4 AND broadcast = $1 AND piece > $2)
INSERT INTO kept (broadcast, piece, state) VALUES ($1, $2, $3)
ON CONFLICT (broadcast, piece) DO UPDATE SET state = excluded.state
