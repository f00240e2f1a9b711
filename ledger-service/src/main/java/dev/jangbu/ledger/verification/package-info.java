/** Verifies the ledger against its own hashes, against the postings in Kafka and against a rebuilt ledger. */
@NullMarked
package dev.jangbu.ledger.verification;

import org.jspecify.annotations.NullMarked;
