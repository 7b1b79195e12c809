-- A broadcast's new owner, from an event of its stream.
-- Locks: the row, after its stream's row; one writer a stream, so it never waits for another broadcast.
-- Snapshot: sees that stream only. Crash: as insert_broadcast.sql.
update broadcasts set owner = $2 where id = $1
