package dev.jangbu.api.payout;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.contract.NameBasedId;
import io.r2dbc.spi.Readable;
import java.time.Instant;
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
            INSERT INTO payouts (id, client_id, seller_id, currency, amount, destination, status, expected_version,
                                 idempotency_key, fingerprint, cause, version, created_at)
            VALUES (:id, :clientId, :sellerId, :currency, :amount, :destination, 'REQUESTED', :expectedVersion, :key,
                    :fingerprint, 'create', 1, :createdAt)
            """;

    private static final String LIST = """
            SELECT *
              FROM payouts
             WHERE (created_at, id) < (:createdBelow, :idBelow)
               AND seller_id = :sellerId -- if :sellerId
               AND status = :status -- if :status
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;

    private final DatabaseClient database;

    PayoutStore(DatabaseClient database) {
        this.database = database;
    }

    /** Inserts a payout in REQUESTED, version 1. */
    Mono<Void> insert(Payout payout, KeyedCall call) {
        return new Bindings()
                .with("id", payout.id())
                .with("clientId", call.key().clientId())
                .with("sellerId", payout.sellerId())
                .with("currency", payout.currency())
                .with("amount", payout.amountMinor())
                .with("destination", payout.destination())
                .with("expectedVersion", payout.expectedVersion(), Long.class)
                .with("key", call.key().text())
                .with("fingerprint", call.fingerprint().sha256())
                .with("createdAt", payout.createdAt())
                .bindTo(database, INSERT)
                .then();
    }

    /** The payout; empty if there is none. */
    Mono<Payout> find(UUID id) {
        return database.sql("SELECT * FROM payouts WHERE id = :id")
                .bind("id", id)
                .map(PayoutStore::payout)
                .one();
    }

    /**
     * An earlier call's payout; empty if there is none, an error 422 {@code idempotency-key-reused} if the call
     * differs.
     */
    Mono<Payout> findBy(KeyedCall call) {
        return database.sql("SELECT * FROM payouts WHERE id = :id")
                .bind("id", id(call.key()))
                .map(row -> {
                    call.requireSameIfKnown(row.get("fingerprint", byte[].class));
                    return payout(row);
                })
                .one();
    }

    /** The id of the payout that a call with this key requests, whenever it is made. */
    static UUID id(IdempotencyKey key) {
        return NameBasedId.ofPayout(key.clientId(), key.text());
    }

    /** The payouts of the page, newest first, plus one if another page follows. */
    Flux<Payout> list(Page page) {
        PayoutStatus status = page.filter("status", "must be a payout's status", PayoutStatus::valueOf);
        return page.belowInOrder()
                .bindTo(new Bindings())
                .optional("sellerId", page.filter("sellerId").orElse(null))
                .optional("status", status == null ? null : status.name())
                .with("rows", page.rows())
                .bindTo(database, LIST)
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
