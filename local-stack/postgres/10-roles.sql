-- One role for each purpose. Passwords are set by whoever runs the server; tables are granted by the services' migrations.

-- Owns both databases and every table; logs in only to migrate.
CREATE ROLE jangbu_owner LOGIN;
-- payment-api at work.
CREATE ROLE jangbu_payment LOGIN;
-- A process that stands still in a transaction must not hold a payment's row for ever.
ALTER ROLE jangbu_payment SET idle_in_transaction_session_timeout = '10s';
-- ledger-service at work.
CREATE ROLE jangbu_ledger LOGIN;
-- The outbox connector: reads the WAL.
CREATE ROLE jangbu_cdc LOGIN REPLICATION;
-- Trims and republishes the outbox.
CREATE ROLE jangbu_maintenance LOGIN;
-- Reads everything, writes nothing.
CREATE ROLE jangbu_audit LOGIN;
-- The schema registry's storage.
CREATE ROLE jangbu_registry LOGIN;
