-- The session that holds the leader's lock $1, and a mark that changes with everything it does; no mark while a statement of its runs in the
-- server, or if the server does not say what it does. Locks: none. Snapshot: none: sessions as they are now. Crash: reads only.
SELECT a.pid, CASE
  WHEN a.state IS NULL OR a.state = 'disabled' THEN NULL
  -- Waiting for its client, to send what it answers or to be asked again: it is the client that stands still.
  WHEN a.state <> 'active' OR a.wait_event_type = 'Client' THEN concat_ws(' ', a.backend_start, a.query_start, a.state_change)
END
FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1::bigint::oid AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
