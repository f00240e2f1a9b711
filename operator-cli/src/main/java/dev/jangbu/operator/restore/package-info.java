/** {@code restore}: completes a payments database that went back in time from Kafka and the PSP, and opens it. */
@NullMarked
package dev.jangbu.operator.restore;

import org.jspecify.annotations.NullMarked;
