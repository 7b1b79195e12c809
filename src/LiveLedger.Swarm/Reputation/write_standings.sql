-- Standings that events have changed, in step; in the projection's transaction, or a rebuild's; the search path says which set is meant.
-- Locks: their rows. Snapshot: none assumed. A crash leaves neither rows nor place.
INSERT INTO standings (broadcast, peer, good, bad, epoch, receipts, bytes, receivers, forks, convictions, convicted, banned, index)
SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[], $9::integer[], $10::integer[], $11::boolean[], $12::boolean[], $13::bigint[])
ON CONFLICT (broadcast, peer) DO UPDATE SET
  good = excluded.good, bad = excluded.bad, epoch = excluded.epoch, receipts = excluded.receipts, bytes = excluded.bytes, receivers = excluded.receivers,
  forks = excluded.forks, convictions = excluded.convictions, convicted = excluded.convicted, banned = excluded.banned, index = excluded.index
