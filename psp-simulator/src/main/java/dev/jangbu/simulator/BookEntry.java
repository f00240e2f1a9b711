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
 * One line of the book's journal, as JSON. Amounts are minor units, times epoch milliseconds.
 *
 * <p>{@code call} is the idempotency scope whose answer this entry is, or null for a call without an idempotency key:
 * effect and answer are one line, so that no crash parts them.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "entry")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BookEntry.Charged.class, name = "charged"),
    @JsonSubTypes.Type(value = BookEntry.Declined.class, name = "declined"),
    @JsonSubTypes.Type(value = BookEntry.Cancelled.class, name = "cancelled"),
    @JsonSubTypes.Type(value = BookEntry.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = BookEntry.BehaviourSpent.class, name = "behaviour_spent"),
    @JsonSubTypes.Type(value = BookEntry.FaultsChosen.class, name = "faults_chosen"),
})
@JsonInclude(JsonInclude.Include.NON_NULL)
sealed interface BookEntry {

    /** The buyer was charged. */
    record Charged(
            long at,
            String paymentKey,
            String orderId,
            Currency currency,
            long amountMinor,
            @Nullable String call) implements BookEntry {}

    /** The card company refused; the payment is aborted for good. */
    record Declined(
            long at,
            String paymentKey,
            String orderId,
            Currency currency,
            long amountMinor,
            TossError error,
            @Nullable String call)
            implements BookEntry {}

    /** Money went back to the buyer. */
    record Cancelled(
            long at,
            String paymentKey,
            long amountMinor,
            String reason,
            @Nullable String call) implements BookEntry {}

    /** A call was refused and changed nothing; kept because the same key must hear the same again. */
    record Refused(String call, TossError error) implements BookEntry {}

    /** The behaviour that a payment key chose for its first call of this kind has been shown. */
    record BehaviourSpent(Operation operation, String paymentKey) implements BookEntry {}

    /** Seeded faults were switched on or off; rates in millionths by behaviour. */
    record FaultsChosen(long seed, Map<Behaviour, Integer> ratesPerMillion) implements BookEntry {}

    /** Reads and writes lines; a field that is missing is an error rather than a zero. */
    JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    default byte[] line() {
        try {
            // The declared type, without which the entry's name would be left out.
            return JSON.writerFor(BookEntry.class).writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a book entry cannot be written: " + this, e);
        }
    }

    static BookEntry parse(byte[] line) {
        try {
            return JSON.readValue(line, BookEntry.class);
        } catch (IOException e) {
            throw new UncheckedIOException("a line of the book is unreadable", e);
        }
    }
}
