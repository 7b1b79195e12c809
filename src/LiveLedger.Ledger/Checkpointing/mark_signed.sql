-- Remembers that a checkpoint file must exist. Locks: the head row. Runs after the file is on disk: a crash between the two leaves the file
-- and no mark, and the next checkpoint marks.
UPDATE ledger.head SET signed = true WHERE NOT signed
