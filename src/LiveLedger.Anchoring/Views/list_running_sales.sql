-- Sales that are open or started: those whose broadcasts are watched for their start and for outages. A page behind a sale's number: however many never end, those
-- behind them are read.
-- Locks: none. Snapshot: one statement a page. Nothing to crash: it only reads.
SELECT s.sale, s.broadcast, s.broadcaster, s.state, s.cancelled, s.terms, 0::bigint
FROM chain.sales AS s WHERE s.deployment = $1 AND s.state IN ('open', 'started') AND s.sale > $2 ORDER BY s.sale LIMIT $3
