-- One page of a broadcast's entries with $2 <= index < $3, at most $4 of them, and at least one whatever its length, of about $5 bytes together.
-- Locks: none. Snapshot: one for each page, as read_bundle_streams.sql. Crash: reads only.
WITH found AS MATERIALIZED (
  SELECT index FROM ledger_index.entries WHERE broadcast = $1 AND index >= $2 AND index < $3 ORDER BY index LIMIT $4
), sized AS (
  SELECT f.index, v.entry, v.payload, v.salt, sum(octet_length(v.entry) + octet_length(v.payload)) OVER (ORDER BY f.index) AS total,
    row_number() OVER (ORDER BY f.index) AS place
  FROM found AS f JOIN ledger.leaves AS l ON l.index = f.index JOIN ledger.events AS v ON v.pos = l.pos
)
SELECT index, entry, payload, salt FROM sized WHERE total <= $5 OR place = 1 ORDER BY index
