/** What the book consists of, and what can be read from it. */
@NullMarked
package dev.jangbu.ledger.book;

import org.jspecify.annotations.NullMarked;
