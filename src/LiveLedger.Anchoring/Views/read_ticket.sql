-- One ticket, with its sale.
-- Locks: none. Snapshot: one statement. Nothing to crash: it only reads.
SELECT t.ticket, t.sale, t.holder, t.standing, t.face, t.paid, t.claimed_until, s.broadcast
FROM chain.tickets AS t JOIN chain.sales AS s ON s.deployment = t.deployment AND s.sale = t.sale
WHERE t.deployment = $1 AND t.ticket = $2
