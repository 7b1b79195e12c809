-- Keeps the state ($5) of a stream ($1) as far as version $4, folded by $2 of version $3; not in the place of one that reaches further, unless
-- that one is another fold version's, damaged, or of another history. Locks: the row, for the statement. Snapshot: none assumed: whoever comes last, each
-- state is right. A crash leaves the old state or the new one; without either the events are read.
INSERT INTO ledger.snapshots AS s (stream, fold, version, covers, entry, state, digest)
SELECT $1, $2, $3, $4, sha256(e.entry), $5, sha256($5) FROM ledger.events AS e WHERE e.stream = $1 AND e.version = $4
ON CONFLICT (stream, fold) DO UPDATE
  SET version = excluded.version, covers = excluded.covers, entry = excluded.entry, state = excluded.state, digest = excluded.digest
  WHERE s.version <> excluded.version OR s.covers < excluded.covers OR sha256(s.state) <> s.digest
    OR NOT EXISTS (SELECT 1 FROM ledger.events AS e WHERE e.stream = s.stream AND e.version = s.covers AND sha256(e.entry) = s.entry)
