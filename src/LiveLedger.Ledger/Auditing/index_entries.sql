-- Rows of a batch in the audit index. Locks: the rows it writes. Snapshot: none assumed. A crash leaves nothing of the batch: its place in the
-- log moves in the same transaction.
INSERT INTO entries (index, stream, version, type, actor, recorded, event, broadcast)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::uuid[], $8::text[])
