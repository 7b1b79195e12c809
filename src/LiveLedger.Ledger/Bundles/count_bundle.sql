-- How many entries below index $2, and how many streams, a bundle of broadcast $1 has; counted no further than one more than $3 and $4.
-- Locks: none. Snapshot: one. Crash: reads only.
SELECT
  (SELECT count(*) FROM (SELECT FROM ledger_index.entries WHERE broadcast = $1 AND index < $2 LIMIT $3 + 1) AS e),
  (SELECT count(*) FROM (SELECT FROM ledger_index.streams WHERE broadcast = $1 LIMIT $4 + 1) AS s)
