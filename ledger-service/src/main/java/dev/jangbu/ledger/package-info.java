/** The ledger service: entries from Kafka become journals of a double-entry book in PostgreSQL. */
@NullMarked
package dev.jangbu.ledger;

import org.jspecify.annotations.NullMarked;
