-- Backlog, and the entry of its oldest event. Locks: none. Snapshot: one. Crash: reads only.
SELECT count(*), (SELECT e.entry FROM ledger.events AS e WHERE e.pos = min(p.pos)) FROM ledger.pending AS p
