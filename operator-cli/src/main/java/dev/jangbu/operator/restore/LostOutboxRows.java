package dev.jangbu.operator.restore;

import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Rows of the outbox: those of requests that Kafka has, and those that Kafka lacks. */
final class LostOutboxRows {

    private static final int BATCH = 1_000;

    private static final String INSERT = """
            INSERT INTO outbox (id, aggregateid, payload, ce_time, traceparent)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING
            """;

    private static final String SINCE = "SELECT id FROM outbox WHERE created_at >= ?";

    /** An inserted row is published, as a new one. */
    private static final String REINSERT = """
            WITH taken AS (
                DELETE FROM outbox WHERE id = ANY (?) RETURNING *)
            INSERT INTO outbox SELECT * FROM taken ORDER BY created_at, id
            """;

    private final Database maintenance;
    private final Serializer<SettlementRequested> serializer;

    LostOutboxRows(Database maintenance, RecordSerdes serdes) {
        this.maintenance = maintenance;
        this.serializer = serdes.warm(Topics.SETTLEMENT_REQUESTS).serializer();
    }

    /** Inserts the row of a published request with its bytes, if there is none. */
    void insert(KafkaRequest request) throws SQLException {
        byte[] payload = request.payload();
        if (payload != null) {
            insert(
                    request.settlementId(),
                    request.request().getWalletId(),
                    payload,
                    request.time(),
                    request.traceparent());
        }
    }

    /** Inserts the row of a request that Kafka lacks, if there is none. */
    void insert(SettlementRequested request) throws SQLException {
        insert(
                UUID.fromString(request.getSettlementId()),
                request.getWalletId(),
                serializer.serialize(Topics.SETTLEMENT_REQUESTS.name(), request),
                request.getOccurredAt(),
                null);
    }

    /** The rows that were written at or after a time. */
    List<UUID> since(Instant time) throws SQLException {
        return maintenance.list(SINCE, row -> row.getObject("id", UUID.class), time);
    }

    /** Inserts rows again, so that the connector publishes them. Each batch is one transaction. */
    void reinsert(Collection<UUID> ids) throws SQLException {
        List<UUID> all = new ArrayList<>(ids);
        for (int from = 0; from < all.size(); from += BATCH) {
            List<UUID> batch = all.subList(from, Math.min(all.size(), from + BATCH));
            maintenance.update(REINSERT, (Object) batch.toArray(UUID[]::new));
        }
    }

    private void insert(UUID id, String walletId, byte[] payload, Instant time, @Nullable String traceparent)
            throws SQLException {
        maintenance.update(INSERT, id, walletId, payload, time, traceparent);
    }
}
