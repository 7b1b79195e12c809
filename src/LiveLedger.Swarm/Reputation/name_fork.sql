-- A fork that an event has named. Locks: its row. Snapshot: none assumed. A crash leaves the row as it was, and the projection's place before the event.
UPDATE forks SET named = true WHERE broadcast = $1 AND receiver = $2 AND link = $3
