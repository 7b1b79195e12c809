-- What is known of some peers in their broadcasts' swarms: $1 broadcasts, $2 peers, $3 keys (null for none), in step. Of those of whom something is: the place, from 0; whether they are banned, by somebody or by a
-- conviction that was not pardoned; whether that key was ever convicted; when they were last pardoned.
-- Locks: none. Snapshot: one of one statement, taken after everybody in it has asked. Crash: reads only.
SELECT g.i - 1, b.peer IS NOT NULL OR coalesce(c.is_out, false), coalesce(c.is_key, false), c.pardoned_at
FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS g (broadcast, peer, key, i)
LEFT JOIN bans.bans AS b ON b.broadcast = g.broadcast AND b.peer = g.peer
LEFT JOIN LATERAL (
  SELECT bool_or(p.pardoned_at IS NULL) AS is_out, bool_or(p.key = g.key) AS is_key, max(p.pardoned_at) AS pardoned_at
  FROM convictions.peers AS p WHERE p.broadcast = g.broadcast AND p.peer = g.peer
) AS c ON true
WHERE b.peer IS NOT NULL OR c.is_out IS NOT NULL
