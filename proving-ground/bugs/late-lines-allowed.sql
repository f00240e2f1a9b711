-- Bug: the trigger that refuses lines of a closed journal is missing
-- Harm: lines could be added to posted journals
-- Scenario: load
-- Caught: ledger-refuses-change
-- Database: ledger

DROP TRIGGER lines_are_checked ON lines;
