-- What changes when the database behind an address becomes another one: restored, copied, moved to a standby, or its server started anew.
-- Locks: none. Snapshot: none. Crash: reads only.
SELECT concat_ws('/', extract(epoch FROM pg_postmaster_start_time()), (SELECT oid FROM pg_database WHERE datname = current_database()))
