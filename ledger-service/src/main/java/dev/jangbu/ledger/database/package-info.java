/** Migrations of and connections to the database jangbu_ledger. */
@NullMarked
package dev.jangbu.ledger.database;

import org.jspecify.annotations.NullMarked;
