/** The ledger service: posts entries from Kafka as double-entry journals in PostgreSQL. */
@NullMarked
package dev.jangbu.ledger;

import org.jspecify.annotations.NullMarked;
