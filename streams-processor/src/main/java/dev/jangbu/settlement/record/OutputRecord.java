package dev.jangbu.settlement.record;

import dev.jangbu.contract.EventHeaders;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Makes output records, with the timestamp and the trace of the input record. */
public final class OutputRecord {

    private static final String SOURCE = "/jangbu/streams-processor";

    private OutputRecord() {}

    /**
     * @param id the {@code ce_id}
     * @param type the {@code ce_type}
     */
    public static <V> Record<String, V> of(Record<?, ?> input, String key, V value, String id, String type) {
        Headers headers = EventHeaders.headers(id, type, SOURCE, Instant.ofEpochMilli(input.timestamp()));
        EventHeaders.carryTrace(input.headers(), headers);
        return new Record<>(key, value, input.timestamp(), headers);
    }
}
