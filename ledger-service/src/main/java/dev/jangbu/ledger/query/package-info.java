/** Reads of the ledger and their HTTP API. */
@NullMarked
package dev.jangbu.ledger.query;

import org.jspecify.annotations.NullMarked;
