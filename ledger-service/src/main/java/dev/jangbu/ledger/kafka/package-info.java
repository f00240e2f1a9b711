/** Reading topics from their beginning, without a group. */
@NullMarked
package dev.jangbu.ledger.kafka;

import org.jspecify.annotations.NullMarked;
