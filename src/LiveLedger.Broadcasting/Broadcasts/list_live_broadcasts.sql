-- Broadcasts that are live and not taken down, oldest first.
-- Locks: none. Snapshot: one statement. Crash: reads only.
select id from broadcasts.broadcasts where state = 'live' and not taken_down order by id limit 10000
