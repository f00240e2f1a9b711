/** Posting: reads ledger.entries, writes the book, answers on ledger.postings. */
@NullMarked
package dev.jangbu.ledger.posting;

import org.jspecify.annotations.NullMarked;
