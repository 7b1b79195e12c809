-- Keeps a broadcast's row as its events say.
-- Locks: the row, in the transaction that appends the event; one writer a stream, so it never waits for another broadcast.
-- Snapshot: sees that stream only. Crash: commits or vanishes with the event.
insert into broadcasting.broadcasts (id, owner, state) values ($1, $2, $3)
on conflict (id) do update set owner = excluded.owner, state = excluded.state
