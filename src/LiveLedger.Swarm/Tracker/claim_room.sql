-- Takes the room of a broadcast if nobody holds it, or holds it on; says where it is.
-- Locks: the broadcast's row. Snapshot: a row that another takes meanwhile is seen as it is then (READ COMMITTED), and not taken from it. A crash leaves a lease that ends by itself.
WITH claimed AS (
  INSERT INTO swarm.rooms AS r (broadcast, server, tracker, held_until) VALUES ($1, $2, $3, now() + $4)
  ON CONFLICT (broadcast) DO UPDATE SET server = excluded.server, tracker = excluded.tracker, held_until = excluded.held_until
    WHERE r.server = excluded.server OR r.held_until < now()
  RETURNING server, tracker
)
SELECT server, tracker FROM claimed
UNION ALL
SELECT server, tracker FROM swarm.rooms WHERE broadcast = $1 AND NOT EXISTS (SELECT 1 FROM claimed)
