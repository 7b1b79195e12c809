-- All projections, and the events in the log. Locks: none. Snapshot: one. Crash: reads only.
SELECT p.name, p.version, p.generation, p.next, p.rebuild_version, p.rebuild_next, h.size, p.inline
FROM ledger.projections AS p CROSS JOIN ledger.head AS h
ORDER BY p.name
