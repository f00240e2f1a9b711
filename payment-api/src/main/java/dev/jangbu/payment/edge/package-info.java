/** HTTP's own matters: keys, preferences, problems, and the reads that other services answer. */
@NullMarked
package dev.jangbu.payment.edge;

import org.jspecify.annotations.NullMarked;
