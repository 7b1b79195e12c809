-- Sales that are open or started: those whose broadcasts are watched for their start and for outages.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT s.sale, s.broadcast, s.broadcaster, s.state, s.cancelled, s.terms, 0::bigint
FROM chain.sales AS s WHERE s.deployment = $1 AND s.state IN ('open', 'started') ORDER BY s.sale LIMIT 10000
