-- One page of broadcasts, newest first. $1 owner or null for all, $2 id to continue after or null, $3 page size.
-- Locks: none. Snapshot: one statement. Crash: reads only.
select id from broadcasts.broadcasts
where ($1 is null or owner = $1) and ($2 is null or id < $2)
order by id desc
limit $3
