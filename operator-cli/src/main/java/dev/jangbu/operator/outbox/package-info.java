/** The commands on the outbox. */
@NullMarked
package dev.jangbu.operator.outbox;

import org.jspecify.annotations.NullMarked;
