/**
 * The outbox: settlement requests, written in the transaction of the approval and sent to Kafka through a replication
 * slot.
 */
@NullMarked
package dev.jangbu.api.outbox;

import org.jspecify.annotations.NullMarked;
