-- The standings of a broadcast's peers with its clock, the most good first, those with offences before those that have done nothing. Locks: none. Snapshot: one, of both. Crash: reads only.
SELECT c.time, c.index, s.peer, s.good, s.bad, s.epoch, s.receipts, s.bytes, s.receivers, s.forks, s.convictions, s.convicted, s.banned, s.index
FROM standings.clocks AS c JOIN standings.standings AS s ON s.broadcast = c.broadcast
WHERE c.broadcast = $1
ORDER BY s.convicted OR s.banned DESC, s.good DESC, s.bad DESC, s.peer LIMIT $2
