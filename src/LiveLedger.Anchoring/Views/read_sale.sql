-- One sale, with how many tickets it has sold.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT s.sale, s.broadcast, s.broadcaster, s.state, s.cancelled, s.terms, (SELECT count(*) FROM chain.tickets AS t WHERE t.deployment = s.deployment AND t.sale = s.sale)
FROM chain.sales AS s WHERE s.deployment = $1 AND s.sale = $2
