package dev.jangbu.contract;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The headers of records: CloudEvents 1.0 in the binary mode of its Kafka binding, and W3C Trace Context.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">CloudEvents:
 *     Kafka protocol binding</a>
 */
public final class EventHeaders {

    /** The record's id: the settlementId, on completions the referenceId. */
    public static final String CE_ID = "ce_id";

    public static final String CE_TYPE = "ce_type";
    public static final String CE_SOURCE = "ce_source";
    public static final String CE_TIME = "ce_time";
    public static final String CE_SPECVERSION = "ce_specversion";

    /** W3C Trace Context, from the HTTP request to the completion. */
    public static final String TRACEPARENT = "traceparent";

    /**
     * Marks a replayed dead letter that was proved absent from the ledger; the deduplication horizon does not apply.
     */
    public static final String REPLAY = "jangbu_replay";

    public static final String TYPE_SETTLEMENT_REQUESTED = "dev.jangbu.settlement.requested";
    public static final String TYPE_LEDGER_ENTRY = "dev.jangbu.ledger.entry";
    public static final String TYPE_LEDGER_POSTED = "dev.jangbu.ledger.posted";
    public static final String TYPE_SETTLEMENT_COMPLETED = "dev.jangbu.settlement.completed";

    /** The {@link #CE_SOURCE} of the records that Connect reads from the outbox. */
    public static final String SOURCE_OUTBOX = "/jangbu/payment-api";

    private EventHeaders() {}

    /**
     * The CloudEvents headers of a new record.
     *
     * @param id the record's id
     * @param type one of the {@code TYPE_} constants
     * @param source the service that writes the record, for instance {@code /jangbu/ledger-service}
     * @param time the time of the event
     */
    public static Headers headers(String id, String type, String source, Instant time) {
        Headers headers = new RecordHeaders();
        add(headers, CE_SPECVERSION, "1.0");
        add(headers, CE_ID, id);
        add(headers, CE_TYPE, type);
        add(headers, CE_SOURCE, source);
        add(headers, CE_TIME, time.toString());
        return headers;
    }

    /** Copies the trace from an input record to an output record. */
    public static void carryTrace(Headers from, Headers to) {
        Header trace = from.lastHeader(TRACEPARENT);
        if (trace != null && trace.value() != null) {
            to.add(TRACEPARENT, trace.value());
        }
    }

    /** Adds a header with UTF-8 text. */
    public static void add(Headers headers, String name, String text) {
        headers.add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The last header of that name as UTF-8 text, or null. */
    public static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
