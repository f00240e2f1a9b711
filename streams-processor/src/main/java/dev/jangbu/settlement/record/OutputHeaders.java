package dev.jangbu.settlement.record;

import dev.jangbu.contract.EventHeaders;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the CloudEvents and trace headers of output records. */
public final class OutputHeaders {

    private static final String SOURCE = "/jangbu/streams-processor";

    private OutputHeaders() {}

    /**
     * The headers of an output record: the time is the input record's timestamp, the trace is the input record's trace.
     *
     * @param id the {@code ce_id}
     * @param type the {@code ce_type}
     */
    public static Headers of(Record<?, ?> input, String id, String type) {
        Headers headers = EventHeaders.headers(id, type, SOURCE, Instant.ofEpochMilli(input.timestamp()));
        EventHeaders.carryTrace(input.headers(), headers);
        return headers;
    }
}
