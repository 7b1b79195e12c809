-- How far the kept states go: of one transaction with them. Locks: its row. Snapshot: none assumed. A crash leaves the older place with the older states.
INSERT INTO kept_place (next) VALUES ($1) ON CONFLICT (one) DO UPDATE SET next = excluded.next
