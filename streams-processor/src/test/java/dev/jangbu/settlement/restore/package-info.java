/** Lost records of Kafka, and the restored stores. */
@NullMarked
package dev.jangbu.settlement.restore;

import org.jspecify.annotations.NullMarked;
