-- One append. Locks, snapshot and crash: see Schema/002_append.sql.
SELECT outcome, version, positions FROM ledger.append($1, $2, $3, $4, $5, $6)
