-- Which broadcasts there are: an inline projection of each broadcast's own stream.
-- Locks: access exclusive on what it makes; runs under the schema's advisory lock.
-- A crash leaves nothing: it runs in one transaction. The table can be dropped and rebuilt from the events.
create schema broadcasting;

create table broadcasting.broadcasts (
    id    uuid primary key,   -- a UUIDv7: sorts by creation
    owner text not null,
    state text not null check (state in ('created', 'live', 'ended'))
);

create index broadcasts_by_owner on broadcasting.broadcasts (owner, id desc);
create index broadcasts_open on broadcasting.broadcasts (id) where state <> 'ended';
