/** The metrics that the processors write. */
@NullMarked
package dev.jangbu.settlement.metrics;

import org.jspecify.annotations.NullMarked;
