-- Moves a projection from index $3 to $4, in the transaction that writes the rows of the events between. Changes no row if the projection is
-- not where this runner left it: another one has it, or its tables were swapped.
-- Locks: the projection's row. Snapshot: none assumed. A crash leaves rows and place as they were: they commit together.
UPDATE ledger.projections SET next = $4 WHERE name = $1 AND generation = $2 AND next = $3
