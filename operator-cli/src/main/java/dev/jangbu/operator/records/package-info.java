/** Kafka records as JSON. */
@NullMarked
package dev.jangbu.operator.records;

import org.jspecify.annotations.NullMarked;
