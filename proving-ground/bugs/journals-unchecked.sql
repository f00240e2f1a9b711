-- Bug: the trigger that checks journals is missing
-- Harm: unbalanced journals, gaps and wrong hashes could be posted
-- Scenario: load
-- Caught: ledger-refuses-change
-- Database: ledger

DROP TRIGGER journals_are_checked ON journals;
