/** The commands that verify the ledger. They run ledger-service's program. */
@NullMarked
package dev.jangbu.operator.ledger;

import org.jspecify.annotations.NullMarked;
