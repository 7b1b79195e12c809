-- Which server's tracker has the swarm of a broadcast: not state that events say, but a lease, by PostgreSQL's clock. One row for each broadcast that has, or had, peers.
-- Locks: none but on what it makes; runs under the schema's advisory lock. Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
CREATE SCHEMA swarm;

CREATE TABLE swarm.rooms (
  broadcast  uuid PRIMARY KEY,
  server     uuid NOT NULL, -- the process, a new one for each start
  tracker    text NOT NULL, -- its WebSocket, as admissions name it
  held_until timestamptz NOT NULL
);
