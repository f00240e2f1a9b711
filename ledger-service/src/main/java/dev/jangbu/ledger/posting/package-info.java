/** Posting: reads ledger.entries, writes journals, publishes ledger.postings. */
@NullMarked
package dev.jangbu.ledger.posting;

import org.jspecify.annotations.NullMarked;
