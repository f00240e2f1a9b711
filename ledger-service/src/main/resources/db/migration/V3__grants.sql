-- The roles exist before the database. None of them owns a table.
GRANT SELECT, INSERT ON accounts, books, journals, lines, balances TO jangbu_ledger;
GRANT UPDATE ON books, balances TO jangbu_ledger;
GRANT SELECT ON journal_hashes, journals_with_lines TO jangbu_ledger;
GRANT SELECT ON accounts, books, journals, lines, balances, journal_hashes, journals_with_lines TO jangbu_audit;
