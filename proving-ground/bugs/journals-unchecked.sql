-- Bug: the trigger that judges journals is gone
-- Harm: journals that do not balance, with gaps, and with hashes that follow from nothing could come into the book
-- Scenario: load
-- Caught: ledger-refuses-change
-- Database: ledger

DROP TRIGGER journals_are_checked ON journals;
