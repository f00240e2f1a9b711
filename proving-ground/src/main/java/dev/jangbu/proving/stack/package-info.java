/** A running stack as a stranger reaches it: over HTTP, SQL and Kafka. */
@NullMarked
package dev.jangbu.proving.stack;

import org.jspecify.annotations.NullMarked;
