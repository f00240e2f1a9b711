-- What is in the books: one row for each journal.
SELECT book, journalNo, settlementId, referenceId, kind, postedAt FROM ledger_postings;
