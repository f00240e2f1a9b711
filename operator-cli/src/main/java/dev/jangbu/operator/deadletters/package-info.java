/** The commands on {@code settlement.dead-letters}: list, show, and replay without settling twice. */
@NullMarked
package dev.jangbu.operator.deadletters;

import org.jspecify.annotations.NullMarked;
