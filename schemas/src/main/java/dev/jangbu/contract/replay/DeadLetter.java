package dev.jangbu.contract.replay;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that a consumer could not process.
 *
 * @param record the record in {@code settlement.dead-letters}
 * @param topic the original topic; {@code ?} if the record does not name it
 * @param partition the original partition, or -1
 * @param offset the original offset, or -1
 */
public record DeadLetter(
        ConsumerRecord<byte[], byte[]> record,
        String topic,
        int partition,
        long offset,
        String refusedBy,
        String reason) {

    /** Reads the headers that its sender added. */
    public static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        Headers headers = record.headers();
        return new DeadLetter(
                record,
                text(headers, DeadLetters.TOPIC),
                (int) number(headers, DeadLetters.PARTITION),
                number(headers, DeadLetters.OFFSET),
                text(headers, DeadLetters.BY),
                text(headers, DeadLetters.REASON));
    }

    /** Its offset in {@code settlement.dead-letters}, which identifies it in commands. */
    public long number() {
        return record.offset();
    }

    /** The time at which it was written. */
    public Instant writtenAt() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** Its original position, for instance {@code settlement.requests-2@17}. */
    public String origin() {
        return topic + "-" + partition + "@" + offset;
    }

    /** The key as text; null if it has none. */
    public @Nullable String key() {
        return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** The headers of the original record. */
    Headers originalHeaders() {
        Headers original = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!header.key().startsWith("jangbu_dead_letter_")) {
                original.add(header);
            }
        }
        return original;
    }

    private static String text(Headers headers, String name) {
        return Objects.requireNonNullElse(EventHeaders.text(headers, name), "?");
    }

    private static long number(Headers headers, String name) {
        String text = text(headers, name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }
}
