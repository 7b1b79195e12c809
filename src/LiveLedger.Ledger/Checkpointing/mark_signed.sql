-- Remembers that a checkpoint file must exist, and of which log, $1. Locks: the head row. Runs after the file is on disk: a crash between the two
-- leaves the file and no mark, and the next checkpoint marks.
UPDATE ledger.head SET signed = true, origin = $1 WHERE NOT signed OR origin IS DISTINCT FROM $1
