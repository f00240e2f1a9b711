package dev.jangbu.simulator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the file, as JSON. Amounts are minor units, times epoch milliseconds.
 *
 * <p>{@code call} is the scope and idempotency key of the call whose result this event is; null for a call without a
 * key. Effect and result are one line, so a crash cannot separate them.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "entry")
@JsonSubTypes({
    @JsonSubTypes.Type(value = StoredEvent.Charged.class, name = "charged"),
    @JsonSubTypes.Type(value = StoredEvent.Declined.class, name = "declined"),
    @JsonSubTypes.Type(value = StoredEvent.Cancelled.class, name = "cancelled"),
    @JsonSubTypes.Type(value = StoredEvent.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = StoredEvent.BehaviourShown.class, name = "behaviour_spent"),
    @JsonSubTypes.Type(value = StoredEvent.FaultsChosen.class, name = "faults_chosen"),
})
@JsonInclude(JsonInclude.Include.NON_NULL)
sealed interface StoredEvent {

    /** The buyer was charged. */
    record Charged(
            long at,
            String paymentKey,
            String orderId,
            Currency currency,
            long amountMinor,
            @Nullable String call) implements StoredEvent {}

    /** The card company declined; the payment stays aborted. */
    record Declined(
            long at,
            String paymentKey,
            String orderId,
            Currency currency,
            long amountMinor,
            TossError error,
            @Nullable String call)
            implements StoredEvent {}

    /** Money was returned to the buyer. */
    record Cancelled(
            long at,
            String paymentKey,
            long amountMinor,
            String reason,
            @Nullable String call) implements StoredEvent {}

    /** A call was rejected and changed nothing. Stored because a repetition of its key gets the same response. */
    record Refused(String call, TossError error) implements StoredEvent {}

    /** The behaviour named by a payment key was shown for its first call of this kind. */
    record BehaviourShown(Operation operation, String paymentKey) implements StoredEvent {}

    /** Seeded faults were switched on or off; rates in millionths by behaviour. */
    record FaultsChosen(long seed, Map<Behaviour, Integer> ratesPerMillion) implements StoredEvent {}

    /** Maps lines; a missing field is an error, not zero. */
    JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    default byte[] line() {
        try {
            // The declared type, without which the {@code entry} property is left out.
            return JSON.writerFor(StoredEvent.class).writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event cannot be serialised: " + this, e);
        }
    }

    static StoredEvent parse(byte[] line) {
        try {
            return JSON.readValue(line, StoredEvent.class);
        } catch (IOException e) {
            throw new UncheckedIOException("a line of the payment store is unreadable", e);
        }
    }
}
