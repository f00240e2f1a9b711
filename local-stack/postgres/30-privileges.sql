-- Roles that may connect. Only a database's owner may create objects in its schema public (PostgreSQL 15 and later).
REVOKE ALL ON DATABASE jangbu_payment FROM PUBLIC;
REVOKE ALL ON DATABASE jangbu_ledger FROM PUBLIC;
REVOKE ALL ON DATABASE jangbu_registry FROM PUBLIC;
GRANT CONNECT ON DATABASE jangbu_payment TO jangbu_payment, jangbu_cdc, jangbu_maintenance, jangbu_audit;
GRANT CONNECT ON DATABASE jangbu_ledger TO jangbu_ledger, jangbu_audit;
