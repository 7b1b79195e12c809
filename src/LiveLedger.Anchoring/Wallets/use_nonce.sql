-- Uses up a nonce, and forgets those that nobody takes any more.
-- Locks: its own new row; who uses the same one waits for that. Snapshot: one statement. A crash leaves it used or not: then the wallet is asked again.
WITH old AS (DELETE FROM anchoring.used_nonces WHERE until < $3)
INSERT INTO anchoring.used_nonces (nonce, until) VALUES ($1, $2) ON CONFLICT DO NOTHING
