package dev.jangbu.operator.restore;

import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A settlement request that Kafka has: a record of {@code settlement.requests}, or an entry of {@code ledger.entries}
 * whose request is too old for that topic.
 *
 * @param settlementId its {@code settlementId}
 * @param referenceId its {@code referenceId}
 * @param payload the record's value; null if only the entry is left, which knows neither line, order nor keys
 * @param time the event's time in the record's headers
 * @param offset of the record
 */
record KafkaRequest(
        UUID settlementId,
        UUID referenceId,
        SettlementRequested request,
        byte @Nullable [] payload,
        Instant time,
        @Nullable String traceparent,
        long offset) {}
