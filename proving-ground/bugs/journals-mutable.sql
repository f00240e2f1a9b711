-- Bug: the trigger that refuses changes of journals is missing, and the service's role may update and delete them
-- Harm: a bug or an attacker in the service could change posted journals
-- Scenario: load
-- Caught: ledger-refuses-change
-- Database: ledger

DROP TRIGGER journals_stay ON journals;
GRANT UPDATE, DELETE ON journals TO jangbu_ledger;
