/** The ledger commands. */
@NullMarked
package dev.jangbu.ledger.command;

import org.jspecify.annotations.NullMarked;
