package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.journal.Journal;
import dev.jangbu.ledger.posting.Decoded.EntryRecord;

/** An entry with its journal, posted by this batch or by an earlier one. */
record PostedEntry(EntryRecord record, Journal journal) {}
