-- Bug: the trigger that refuses changes of journals is gone, and the service has the right to make them
-- Harm: a mistake, or somebody who got hold of the service, could rewrite the book
-- Scenario: load
-- Caught: ledger-refuses-change
-- Database: ledger

DROP TRIGGER journals_stay ON journals;
GRANT UPDATE, DELETE ON journals TO jangbu_ledger;
