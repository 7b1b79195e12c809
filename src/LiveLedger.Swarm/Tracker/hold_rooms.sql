-- Holds on to rooms: those of them that are still this server's.
-- Locks: their rows, in the order of their ids. Snapshot: one statement; a room that another server has taken is left to it. A crash leaves leases that end by themselves.
UPDATE swarm.rooms SET held_until = now() + $3 WHERE broadcast IN (SELECT broadcast FROM swarm.rooms WHERE broadcast = ANY ($1) AND server = $2 ORDER BY broadcast FOR UPDATE) RETURNING broadcast
