/** The commands about the ledger: each proves something, and says by its exit code whether it holds. */
@NullMarked
package dev.jangbu.ledger.command;

import org.jspecify.annotations.NullMarked;
