package dev.jangbu.contract;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Creates dead letters: the unchanged record (key, value, headers) with headers for its origin, the sender and the
 * reason.
 */
public final class DeadLetters {

    public static final String TOPIC = "jangbu_dead_letter_topic";
    public static final String PARTITION = "jangbu_dead_letter_partition";
    public static final String OFFSET = "jangbu_dead_letter_offset";
    public static final String TIMESTAMP = "jangbu_dead_letter_timestamp";
    public static final String BY = "jangbu_dead_letter_by";
    public static final String REASON = "jangbu_dead_letter_reason";
    /** The reason's code, if the sender has codes. */
    public static final String CAUSE = "jangbu_dead_letter_cause";

    /** The {@link #CAUSE} of a request that was first sent before the deduplication horizon. */
    public static final String BEYOND_HORIZON = "BEYOND_HORIZON";

    /**
     * The maximum size of a dead letter, bytes: the largest record of another topic (1 MiB) and headers. Producers of
     * dead letters set it as {@code max.request.size}.
     */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    /** Longer reasons are truncated. */
    private static final int REASON_MAX_CHARS = 1_000;

    private DeadLetters() {}

    /** Creates the dead letter of a consumed record; {@code by} and {@code reason} as in the other method. */
    public static ProducerRecord<byte[], byte[]> record(
            ConsumerRecord<byte[], byte[]> record, String by, @Nullable String reason) {
        return record(
                record.key(),
                record.value(),
                record.headers(),
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                by,
                reason);
    }

    /**
     * Creates the dead letter of a record.
     *
     * @param timestamp the record's timestamp, milliseconds since 1970
     * @param by the processor or service that sends it, for instance {@code wallet-processor}
     * @param reason the reason in words; must not contain a secret
     */
    public static ProducerRecord<byte[], byte[]> record(
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers original,
            String topic,
            int partition,
            long offset,
            long timestamp,
            String by,
            @Nullable String reason) {
        Headers headers = new RecordHeaders(original.toArray());
        EventHeaders.add(headers, TOPIC, topic);
        EventHeaders.add(headers, PARTITION, Integer.toString(partition));
        EventHeaders.add(headers, OFFSET, Long.toString(offset));
        EventHeaders.add(headers, TIMESTAMP, Long.toString(timestamp));
        EventHeaders.add(headers, BY, by);
        EventHeaders.add(headers, REASON, truncated(reason == null ? "no reason given" : reason));
        return new ProducerRecord<>(Topics.SETTLEMENT_DEAD_LETTERS.name(), 0, key, value, headers);
    }

    private static String truncated(String reason) {
        return reason.length() <= REASON_MAX_CHARS ? reason : reason.substring(0, REASON_MAX_CHARS) + "…";
    }
}
