-- Broadcasts that have not ended, oldest first.
-- Locks: none. Snapshot: one statement. Crash: reads only.
select id from broadcasting.broadcasts where state <> 'ended' order by id
