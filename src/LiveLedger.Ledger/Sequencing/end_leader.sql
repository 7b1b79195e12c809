-- Ends the session $1 if it began and did last what the mark $2 says, and waits up to a second for its end, which sets its lock free.
-- Locks: none. Snapshot: none: sessions as they are now. Crash: what that session had not committed is rolled back, as if its client had gone.
SELECT coalesce(bool_or(pg_terminate_backend(a.pid, 1000)), false)
FROM pg_stat_activity AS a
WHERE a.pid = $1 AND concat_ws(' ', a.backend_start, a.query_start, a.state_change) = $2
