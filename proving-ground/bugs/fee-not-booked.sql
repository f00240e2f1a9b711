-- Database: ledger

DROP TRIGGER journals_are_checked ON journals;
