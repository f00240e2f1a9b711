/** Reads topics from their beginning, without a consumer group. */
@NullMarked
package dev.jangbu.ledger.kafka;

import org.jspecify.annotations.NullMarked;
