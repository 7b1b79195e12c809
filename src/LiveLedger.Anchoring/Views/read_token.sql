-- A broadcast's token.
-- Locks: none. Snapshot: one row of one statement. Nothing to crash: it only reads.
SELECT owner, controller, identity, content_root FROM chain.tokens WHERE deployment = $1 AND broadcast = $2
