-- Bug: the trigger that refuses lines for a closed journal is gone
-- Harm: what is in the book could be added to
-- Scenario: load
-- Caught: ledger-refuses-change
-- Database: ledger

DROP TRIGGER lines_are_checked ON lines;
