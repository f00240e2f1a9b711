-- psql reads the passwords from its environment, so they are on no command line. The server's settings keep them out of
-- its log. A missing variable is a syntax error, which stops the initialization.
\getenv owner JANGBU_OWNER_PASSWORD
\getenv payment JANGBU_PAYMENT_PASSWORD
\getenv ledger JANGBU_LEDGER_PASSWORD
\getenv cdc JANGBU_CDC_PASSWORD
\getenv maintenance JANGBU_MAINTENANCE_PASSWORD
\getenv audit JANGBU_AUDIT_PASSWORD
\getenv registry JANGBU_REGISTRY_PASSWORD
ALTER ROLE jangbu_owner PASSWORD :'owner';
ALTER ROLE jangbu_payment PASSWORD :'payment';
ALTER ROLE jangbu_ledger PASSWORD :'ledger';
ALTER ROLE jangbu_cdc PASSWORD :'cdc';
ALTER ROLE jangbu_maintenance PASSWORD :'maintenance';
ALTER ROLE jangbu_audit PASSWORD :'audit';
ALTER ROLE jangbu_registry PASSWORD :'registry';
