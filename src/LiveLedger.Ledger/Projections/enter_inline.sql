-- Lets an append into an inline projection's tables. Locks, snapshot and crash: see Schema/005_inline_projections.sql.
SELECT ledger.enter_inline($1, $2)
