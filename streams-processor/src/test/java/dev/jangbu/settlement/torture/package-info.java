/** Instances that are killed and frozen on a real broker, against a run that nothing disturbs. */
@NullMarked
package dev.jangbu.settlement.torture;

import org.jspecify.annotations.NullMarked;
