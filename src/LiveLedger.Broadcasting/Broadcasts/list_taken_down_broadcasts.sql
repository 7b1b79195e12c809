-- Broadcasts of which nothing may be served.
-- Locks: none. Snapshot: one statement. Crash: reads only.
select id from broadcasts.broadcasts where taken_down
