/** What is to be settled, written in the transaction of the approval and carried to Kafka by the change stream. */
@NullMarked
package dev.jangbu.api.outbox;

import org.jspecify.annotations.NullMarked;
