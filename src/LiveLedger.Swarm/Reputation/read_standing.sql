-- A peer's standing with the clock of its broadcast; no row before the broadcast's first event. Locks: none. Snapshot: one, of both. Crash: reads only.
SELECT c.time, c.index, s.peer, s.good, s.bad, s.epoch, s.receipts, s.bytes, s.receivers, s.forks, s.convictions, s.convicted, s.banned, s.index
FROM standings.clocks AS c LEFT JOIN standings.standings AS s ON s.broadcast = c.broadcast AND s.peer = $2
WHERE c.broadcast = $1
