-- A new broadcast's row, from the first event of its stream. The search path says whether of the live tables or of a rebuild.
-- Locks: the new row. Snapshot: none assumed. A crash leaves neither event nor row; of a rebuild, neither row nor place.
insert into broadcasts (id, owner, state) values ($1, $2, 'created')
