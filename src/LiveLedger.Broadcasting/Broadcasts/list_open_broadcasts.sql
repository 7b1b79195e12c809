-- Broadcasts that have not ended, oldest first.
-- Locks: none. Snapshot: one statement. Crash: reads only.
select id from broadcasts.broadcasts where state <> 'ended' order by id
