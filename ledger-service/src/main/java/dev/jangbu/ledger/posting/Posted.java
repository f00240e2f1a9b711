package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.book.Journal;
import dev.jangbu.ledger.posting.Reading.EntryRead;

/** An entry that is in the book, now or since before, with its journal. */
record Posted(EntryRead read, Journal journal) {}
