-- Forks that no event has named yet. Locks: none. Snapshot: one statement. Crash: reads only.
SELECT broadcast, first, second FROM standings.forks WHERE NOT named ORDER BY broadcast, receiver, link LIMIT 100
