-- Asynchronous projections: how far each has come, and how one set of its tables takes the place of another.
-- Locks: access exclusive on what it makes; runs under the schema's advisory lock.
-- Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.

-- One row for each projection. Its tables are in the schema of its name; while it is rebuilt the new ones grow in {name}_next.
CREATE TABLE ledger.projections (
  name            text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  version         integer NOT NULL,            -- of the code that fills the tables
  generation      bigint NOT NULL DEFAULT 1,   -- counts rebuilds
  next            bigint NOT NULL DEFAULT 0 CHECK (next >= 0),
  rebuild_version integer,                     -- null: no rebuild is asked for
  rebuild_next    bigint CHECK (rebuild_next >= 0),  -- null: asked for and not begun
  CHECK (rebuild_version IS NOT NULL OR rebuild_next IS NULL)
) WITH (fillfactor = 50);

-- Makes a schema for a projection's tables, in the place of what a failed attempt has left.
-- Locks: access exclusive on what is left there, which nobody reads. A crash leaves what was there before.
CREATE FUNCTION ledger.make_projection_schema(p_schema text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', p_schema);
  EXECUTE format('CREATE SCHEMA %I', p_schema);
END $$;

-- Puts the rebuilt tables in the place of the live ones: readers find them by name, so each statement reads the one set or the other.
-- Locks: the projection's row. Renaming a schema locks no table and waits for no reader; those who still read the old tables finish.
-- A crash leaves the old tables live and the rebuild where it was: both renames and the row commit together.
CREATE FUNCTION ledger.swap_projection(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER SCHEMA %I RENAME TO %I', p_name, p_name || '_old');
  EXECUTE format('ALTER SCHEMA %I RENAME TO %I', p_name || '_next', p_name);
  UPDATE ledger.projections
    SET version = rebuild_version, generation = generation + 1, next = rebuild_next, rebuild_version = NULL, rebuild_next = NULL
    WHERE name = p_name;
END $$;

-- Drops the tables that a swap has replaced.
-- Locks: access exclusive on them, so it waits for their last readers; the caller sets a limit and comes again.
-- A crash leaves them: they are in nobody's way, and the next attempt drops them.
CREATE FUNCTION ledger.drop_replaced_projection(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', p_name || '_old');
END $$;
