-- Which of these ids stand in this stream. Locks: none. Snapshot: one, after the failed append, so it sees what that collided with. Crash: reads only.
SELECT count(*), coalesce(max(version), -1), array_agg(pos ORDER BY version) FROM ledger.events WHERE stream = $1 AND id = ANY ($2)
