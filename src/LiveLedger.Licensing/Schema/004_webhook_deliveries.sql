-- What is on its way to shops: not what was decided, which is in the log, but what became of telling it. One row for each message and webhook.
-- Locks: none but on what it makes; runs under the schema's advisory lock. Snapshot: none assumed. A crash leaves nothing: it runs in one transaction.
CREATE SCHEMA licensing;

CREATE TABLE licensing.webhook_deliveries (
  webhook      uuid NOT NULL,
  message      uuid NOT NULL, -- the event's id, and the delivery's towards the shop
  type         text NOT NULL,
  body         bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  due_at       timestamptz, -- null: delivered, or given up
  turn         bigint NOT NULL DEFAULT 0, -- counts orders and attempts: whoever has an older number has been overtaken
  held_until   timestamptz, -- somebody is at it; if it is past, somebody has died at it
  attempts     integer NOT NULL DEFAULT 0,
  tried_at     timestamptz,
  status       integer,
  failure      text,
  delivered_at timestamptz,
  PRIMARY KEY (webhook, message)
);

CREATE INDEX webhook_deliveries_due ON licensing.webhook_deliveries (webhook, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_held ON licensing.webhook_deliveries (webhook, held_until) WHERE held_until IS NOT NULL;
CREATE INDEX webhook_deliveries_newest ON licensing.webhook_deliveries (webhook, created_at DESC, message DESC);
