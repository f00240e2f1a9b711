package dev.jangbu.local.deadletters;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that somebody could not process.
 *
 * @param record as it lies in {@code settlement.dead-letters}
 * @param topic where it came from; {@code ?} if whoever wrote it did not say
 * @param partition where it came from, or -1
 * @param offset where it came from, or -1
 * @param by who refused it
 * @param reason why
 */
public record DeadLetter(
        ConsumerRecord<byte[], byte[]> record, String topic, int partition, long offset, String by, String reason) {

    static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        Headers headers = record.headers();
        return new DeadLetter(
                record,
                text(headers, DeadLetters.TOPIC, "?"),
                (int) number(headers, DeadLetters.PARTITION),
                number(headers, DeadLetters.OFFSET),
                text(headers, DeadLetters.BY, "?"),
                text(headers, DeadLetters.REASON, "?"));
    }

    /** Its own offset, by which it is called. */
    public long number() {
        return record.offset();
    }

    /** When it was written, UTC. */
    public Instant metAt() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** For instance {@code settlement.requests-2@17}. */
    public String origin() {
        return topic + "-" + partition + "@" + offset;
    }

    /** The key as text; null if it has none. */
    @Nullable
    String key() {
        return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** The headers that it came with. */
    Headers originalHeaders() {
        Headers original = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!header.key().startsWith("jangbu_dead_letter_")) {
                original.add(header);
            }
        }
        return original;
    }

    private static String text(Headers headers, String name, String absent) {
        String text = EventHeaders.text(headers, name);
        return text == null ? absent : text;
    }

    private static long number(Headers headers, String name) {
        String text = EventHeaders.text(headers, name);
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
