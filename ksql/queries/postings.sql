-- The journals in the books.
SELECT book, journalNo, settlementId, referenceId, kind, postedAt FROM ledger_postings;
