-- Any append that is not one event in its place: several events, a stream at another version, events appended before.
-- Locks, snapshot and crash: see Schema/003_hash_in_queue.sql.
SELECT outcome, version, positions FROM ledger.append($1, $2, $3, $4, $5, $6, $7)
