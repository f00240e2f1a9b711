-- One role for each purpose. The deployment sets the passwords. The services' migrations grant privileges on tables.

-- Owns both databases and all tables. Logs in for migrations only.
CREATE ROLE jangbu_owner LOGIN;
-- payment-api.
CREATE ROLE jangbu_payment LOGIN;
-- A process that is frozen in a transaction must not lock a payment forever.
ALTER ROLE jangbu_payment SET idle_in_transaction_session_timeout = '10s';
-- ledger-service.
CREATE ROLE jangbu_ledger LOGIN;
-- The outbox connector, which reads the WAL.
CREATE ROLE jangbu_cdc LOGIN REPLICATION;
-- A heartbeat that waits for a locked row would stop the connector; one that fails is logged and sent again.
ALTER ROLE jangbu_cdc SET lock_timeout = '2s';
-- Maintenance of the outbox: deletes old rows, republishes rows.
CREATE ROLE jangbu_maintenance LOGIN;
-- Read-only access to all tables.
CREATE ROLE jangbu_audit LOGIN;
-- The schema registry.
CREATE ROLE jangbu_registry LOGIN;
