-- The blocks that may hold times from $1 on and before $2: none outside does. Locks: none. Snapshot: one. Crash: reads only.
SELECT min(block), max(block) FROM ledger_index.blocks WHERE latest >= $1 AND earliest < $2
