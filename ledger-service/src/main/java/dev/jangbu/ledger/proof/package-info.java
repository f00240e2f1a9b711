/** Proof that the book is what was posted: against its own hashes, against the postings in Kafka, against another book. */
@NullMarked
package dev.jangbu.ledger.proof;

import org.jspecify.annotations.NullMarked;
