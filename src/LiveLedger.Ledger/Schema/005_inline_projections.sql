-- Inline projections are rebuilt like the others: their row, and how an append and a swap stay out of each other's way.
-- Locks: access exclusive on ledger.projections, for a moment; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.

-- True for tables that appends write themselves; next then says only how far their last rebuild went by index.
ALTER TABLE ledger.projections ADD COLUMN inline boolean NOT NULL DEFAULT false;

-- An append of version p_version of the program is about to write rows of an inline projection.
-- Locks: the projection's shared advisory lock, till the append's transaction ends. A swap takes it exclusively: it has seen what committed
-- before, and who comes after writes into the new tables. Waits for a swap; appends do not wait for one another.
-- Snapshot: READ COMMITTED: the row is read after the lock is held. A crash leaves nothing: it ends with the append.
CREATE FUNCTION ledger.enter_inline(p_name text, p_version integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(x'4C4C0004'::integer, hashtext(p_name));
  PERFORM 1 FROM ledger.projections WHERE name = p_name AND version = p_version;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the tables of % are not those of version %', p_name, p_version USING ERRCODE = 'LL002';
  END IF;
  PERFORM set_config('search_path', p_name, true);
END $$;

-- Keeps appends out of an inline projection's tables until the caller's transaction ends: for its swap.
-- Locks: the projection's advisory lock, exclusively; waits for the appends that hold it, and the caller sets a limit.
-- Snapshot: what the next statement sees holds every append that has entered. A crash leaves nothing.
CREATE FUNCTION ledger.close_inline(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(x'4C4C0004'::integer, hashtext(p_name));
END $$;
