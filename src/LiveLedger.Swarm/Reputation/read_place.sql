-- Which set of tables is meant, and how far its kept states go; no row for none. Locks: none. Snapshot: the transaction's. Crash: reads only.
SELECT current_schema()::text, (SELECT next FROM kept_place)
