-- Which of some peers are banned from their broadcasts' swarms, by somebody or by a conviction that was not pardoned: $1 broadcasts, $2 peers, in step. The places, from 0, of those that are.
-- Locks: none. Snapshot: one of one statement, taken after everybody in it has asked. Crash: reads only.
SELECT g.i - 1
FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS g (broadcast, peer, i)
WHERE EXISTS (SELECT FROM bans.bans AS b WHERE b.broadcast = g.broadcast AND b.peer = g.peer)
   OR EXISTS (SELECT FROM convictions.peers AS c WHERE c.broadcast = g.broadcast AND c.peer = g.peer AND c.pardoned_at IS NULL)
