-- Which broadcasts there are, empty: an inline projection of each broadcast's own stream. Made in the schema that the search path names:
-- broadcasts, or broadcasts_next for a rebuild.
-- Locks: none but on what it makes. Snapshot: none assumed. Crash: runs in the transaction that adds the projection or begins its rebuild.
create table broadcasts (
    id    uuid primary key,   -- a UUIDv7: sorts by creation
    owner text not null,
    state text not null check (state in ('created', 'live', 'ended')),
    taken_down boolean not null default false
);

create index broadcasts_by_owner on broadcasts (owner, id desc);
create index broadcasts_open on broadcasts (id) where state <> 'ended';
create index broadcasts_taken_down on broadcasts (id) where taken_down;
