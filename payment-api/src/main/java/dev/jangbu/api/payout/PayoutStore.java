package dev.jangbu.api.payout;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Payouts in PostgreSQL. */
@Component
class PayoutStore {

    static final Set<String> FILTERS = Set.of("sellerId", "status");

    private static final String INSERT = """
            INSERT INTO payouts (id, seller_id, currency, amount, destination, status, expected_version, idempotency_key,
                                 fingerprint, cause, version, created_at)
            VALUES (:id, :sellerId, :currency, :amount, :destination, 'REQUESTED', :expectedVersion, :key,
                    :fingerprint, 'create', 1, :createdAt)
            """;

    private static final UUID HIGHEST = new UUID(-1, -1);

    private final DatabaseClient database;

    PayoutStore(DatabaseClient database) {
        this.database = database;
    }

    /** Inserts a payout in REQUESTED, version 1. */
    Mono<Void> insert(Payout payout, IdempotencyKey key, Fingerprint fingerprint) {
        DatabaseClient.GenericExecuteSpec insert = database.sql(INSERT)
                .bind("id", payout.id())
                .bind("sellerId", payout.sellerId())
                .bind("currency", payout.currency())
                .bind("amount", payout.amountMinor())
                .bind("destination", payout.destination())
                .bind("key", key.text())
                .bind("fingerprint", fingerprint.sha256())
                .bind("createdAt", payout.createdAt());
        return RowMapping.bind(insert, "expectedVersion", payout.expectedVersion(), Long.class)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** The payout; empty if there is none. */
    Mono<Payout> find(UUID id) {
        return database.sql("SELECT * FROM payouts WHERE id = :id")
                .bind("id", id)
                .map(PayoutStore::payout)
                .one();
    }

    /** The payout that was requested with this key, and its request's fingerprint; empty if there is none. */
    Mono<ByKey> findByKey(IdempotencyKey key) {
        return database.sql("SELECT * FROM payouts WHERE idempotency_key = :key")
                .bind("key", key.text())
                .map(row -> new ByKey(payout(row), new Fingerprint(required(row, "fingerprint", byte[].class))))
                .one();
    }

    /** A payout and the fingerprint of the call that requested it. */
    record ByKey(Payout payout, Fingerprint fingerprint) {}

    /** The payouts of the page, newest first, plus one if another page follows. */
    Flux<Payout> list(Page page) {
        UUID after = page.after(Ids::inCursor);
        PayoutStatus status = page.filter("status", "must be a payout's status", PayoutStatus::valueOf);
        StringBuilder sql = new StringBuilder("SELECT * FROM payouts WHERE id < :below");
        Map<String, Object> bindings = new LinkedHashMap<>();
        bindings.put("below", after == null ? HIGHEST : after);
        bindings.put("rows", page.rows());
        page.filter("sellerId").ifPresent(sellerId -> {
            sql.append(" AND seller_id = :sellerId");
            bindings.put("sellerId", sellerId);
        });
        if (status != null) {
            sql.append(" AND status = :status");
            bindings.put("status", status.name());
        }
        return database.sql(sql.append(" ORDER BY id DESC LIMIT :rows").toString())
                .bindValues(bindings)
                .map(PayoutStore::payout)
                .all();
    }

    private static Payout payout(Readable row) {
        return new Payout(
                required(row, "id", UUID.class),
                required(row, "seller_id", String.class),
                required(row, "currency", String.class),
                required(row, "amount", Long.class),
                required(row, "destination", String.class),
                PayoutStatus.valueOf(required(row, "status", String.class)),
                row.get("rejection", String.class),
                row.get("expected_version", Long.class),
                required(row, "version", Long.class),
                required(row, "created_at", Instant.class),
                row.get("decided_at", Instant.class),
                row.get("position", String.class));
    }
}
