-- How far a deployment on a chain was followed: not state that events say, but where to go on, and by which hashes a chain that has changed its mind is known.
-- Without it the chain is read again from the deployment's first block, and what was seen before is known by its place.
-- Locks: none but on what it makes; runs under the schema's advisory lock. Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
CREATE SCHEMA anchoring;

CREATE TABLE anchoring.blocks (
  deployment text NOT NULL,
  number     bigint NOT NULL,
  hash       text NOT NULL,
  PRIMARY KEY (deployment, number)
);
