-- Gives back deliveries whose orders could not be given: due as they were. $1 webhooks, $2 messages, $3 turns.
-- Locks: their rows. Snapshot: none assumed. A crash before the commit leaves them held until they lapse. An order that was given after all is
-- carried out, unless the next one was first.
UPDATE licensing.webhook_deliveries AS d SET held_until = NULL
FROM unnest($1, $2, $3) AS t (webhook, message, turn)
WHERE d.webhook = t.webhook AND d.message = t.message AND d.turn = t.turn
