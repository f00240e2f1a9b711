/** The way to the database jangbu_ledger: its migrations and its connections. */
@NullMarked
package dev.jangbu.ledger.database;

import org.jspecify.annotations.NullMarked;
