-- Forgets that there was a checkpoint: nobody shows one, and the journal shows that the database holds all that one could have covered.
-- Locks: the head row. Snapshot: one row. Crash: before it nothing has changed; after it the next start signs the tree that was examined or a larger one.
UPDATE ledger.head SET signed = false WHERE signed
