-- Gives the lowest pending events the next indexes. $1: the head's size as the sequencer knows it; $2: most events of this batch.
-- Answers the new size, and the positions and leaf hashes that got the indexes from $1 on, in order.
--
-- Locks: the pending rows taken, then the head row. An append that is not committed is not seen and not waited for: it stays pending.
-- Snapshot: ONE STATEMENT, one snapshot. Any snapshot that sees version 2 of a stream sees version 1, so a stream is sequenced in version
-- order whatever commits late. In several statements under READ COMMITTED this would not hold.
-- Crash: all of it or nothing. The rows leave pending, enter leaves and move the head in one commit.
-- Two sequencers at once (a leader that lost its session and does not know): the second deletes nothing the first has deleted, and finds
-- the head moved; stale_head then takes back all it did.
WITH batch AS (
  DELETE FROM ledger.pending
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM ledger.pending ORDER BY pos LIMIT $2))
  RETURNING pos, hash
), inserted AS (
  INSERT INTO ledger.leaves (index, pos, hash)
  SELECT $1 + row_number() OVER (ORDER BY pos) - 1, pos, hash
  FROM batch
), counted AS (
  SELECT count(*) AS n, array_agg(pos ORDER BY pos) AS positions, array_agg(hash ORDER BY pos) AS hashes FROM batch
), moved AS (
  UPDATE ledger.head SET size = size + (SELECT n FROM counted)
  WHERE size = $1 AND (SELECT n FROM counted) > 0
  RETURNING size
)
SELECT CASE WHEN n = 0 THEN $1 ELSE coalesce((SELECT size FROM moved), ledger.stale_head($1)) END, positions, hashes
FROM counted
