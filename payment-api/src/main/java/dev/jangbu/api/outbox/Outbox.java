package dev.jangbu.api.outbox;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Writes settlement requests, one row for each seller's line, in the transaction of the approval. */
@Component
public class Outbox {

    private static final String INSERT = """
            INSERT INTO outbox (id, aggregateid, payload, ce_time, traceparent)
            SELECT id, wallet_id, decode(payload, 'base64'), :decidedAt, :traceparent
              FROM json_to_recordset(CAST(:requests AS json)) AS request (id uuid, wallet_id text, payload text)
            """;

    private final DatabaseClient database;
    private final JsonRecordset rows;
    private final SettlementBytes bytes;

    Outbox(DatabaseClient database, JsonRecordset rows, SettlementBytes bytes) {
        this.database = database;
        this.rows = rows;
        this.bytes = bytes;
    }

    /**
     * Inserts settlement requests in the caller's transaction.
     *
     * @param decidedAt time of the decision, which becomes the events' time
     * @param traceparent trace of the request that led to the decision
     */
    public Mono<Void> add(List<SettlementRequested> requests, Instant decidedAt, @Nullable String traceparent) {
        return new Bindings()
                .with("requests", rows.of(rows(requests)))
                .with("decidedAt", decidedAt)
                .with("traceparent", traceparent, String.class)
                .bindTo(database, INSERT)
                .fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == requests.size()
                        ? Mono.<Void>empty()
                        : Mono.error(new IllegalStateException(
                                "The outbox inserted %d of %d requests".formatted(inserted, requests.size()))));
    }

    /** The columns that differ within a call; the payload, in Avro, is the value of the later Kafka record. */
    public record Row(UUID id, String walletId, byte[] payload) {}

    /** Converts requests to rows. */
    public List<Row> rows(List<SettlementRequested> requests) {
        return requests.stream()
                .map(request ->
                        new Row(UUID.fromString(request.getSettlementId()), request.getWalletId(), bytes.of(request)))
                .toList();
    }
}
