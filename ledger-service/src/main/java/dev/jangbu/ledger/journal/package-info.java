/** Journals: entries with their number and hash in a book. */
@NullMarked
package dev.jangbu.ledger.journal;

import org.jspecify.annotations.NullMarked;
