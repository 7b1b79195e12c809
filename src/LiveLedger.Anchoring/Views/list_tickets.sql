-- Tickets of a holder for a broadcast, from behind $4.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT t.ticket, t.sale, t.holder, t.standing, t.face, t.paid, t.claimed_until, s.broadcast
FROM chain.tickets AS t JOIN chain.sales AS s ON s.deployment = t.deployment AND s.sale = t.sale
WHERE t.deployment = $1 AND t.holder = $2 AND s.broadcast = $3 AND t.ticket > $4 ORDER BY t.ticket LIMIT 100
