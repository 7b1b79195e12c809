-- Hash tiles in one round trip, each as one value: hashes of level $1[i] with $2[i] <= index < $3[i], in order. Locks: none.
-- Snapshot: one; below a checkpoint these rows never change. Crash: reads only.
SELECT CASE t.level
  WHEN 0 THEN (SELECT string_agg(l.hash, ''::bytea ORDER BY l.index) FROM ledger.leaves AS l WHERE l.index >= t.first AND l.index < t.last)
  ELSE (SELECT string_agg(n.hash, ''::bytea ORDER BY n.index) FROM ledger.nodes AS n WHERE n.level = t.level AND n.index >= t.first AND n.index < t.last)
END
FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS t(level, first, last, place)
ORDER BY t.place
