-- Messages of licences wait in a lane of their own, behind all others and with less room, and what there was no room for is counted.
-- Locks: access exclusive on the deliveries while they are written anew; runs under the schema's advisory lock. Snapshot: none assumed. A crash leaves
-- them as they were: it runs in one transaction.
ALTER TABLE licensing.webhook_deliveries ADD COLUMN licence boolean NOT NULL GENERATED ALWAYS AS (type LIKE 'licence.%') STORED;

DROP INDEX licensing.webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON licensing.webhook_deliveries (webhook, licence, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE licensing.webhook_left_out (
  webhook  uuid NOT NULL,
  type     text NOT NULL,
  messages bigint NOT NULL,
  first_at timestamptz NOT NULL,
  last_at  timestamptz NOT NULL,
  PRIMARY KEY (webhook, type)
);
