/** The broker and the PostgreSQL server of the tests. */
@NullMarked
package dev.jangbu.operator.testing;

import org.jspecify.annotations.NullMarked;
