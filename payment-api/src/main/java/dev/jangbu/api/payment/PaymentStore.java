package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.column;
import static dev.jangbu.api.database.RowMapping.required;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.database.Sql;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.api.wallet.Credits;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Payments in PostgreSQL. Leases and outcomes are written elsewhere. */
@Component
public class PaymentStore {

    /** Inserts those {@link Creation}s whose key is free. */
    private static final String CREATE = Sql.read(PaymentStore.class, "create-payments.sql");

    private static final String CANCEL = """
            UPDATE payments
               SET status = 'CANCELED', version = version + 1, cause = 'cancel'
             WHERE id = :id AND status IN ('READY', 'ACCEPTED') AND version = :version
            """;

    private static final String EXPIRE = """
            WITH due AS (
                SELECT id
                  FROM payments
                 WHERE status IN ('READY', 'ACCEPTED') AND expires_at <= clock_timestamp()
                 ORDER BY expires_at
                 LIMIT :limit
                   FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE payments p
               SET status = 'EXPIRED', version = p.version + 1, cause = 'expiry'
              FROM due
             WHERE p.id = due.id
            RETURNING p.id
            """;

    private static final String CHANGED = """
            SELECT p.*
              FROM payment_details p
              JOIN unnest(:ids, :versions) AS seen (id, version) ON p.id = seen.id AND p.version > seen.version
            """;

    private static final String RESTORED = """
            SELECT *
              FROM payment_details
             WHERE id = :id AND restored_at > clock_timestamp() - :keptForMs * interval '1 millisecond'
            """;

    private static final String RESERVE = """
            WITH requested AS (
                SELECT line_id, amount FROM unnest(:lineIds, :amounts) AS line (line_id, amount)),
            refundable AS (
                SELECT count(*) AS line_count
                  FROM payment_lines l
                  JOIN requested r USING (line_id)
                 WHERE l.payment_id = :id AND r.amount <= l.amount - l.refunded_amount - l.reserved_amount)
            UPDATE payment_lines l
               SET reserved_amount = l.reserved_amount + r.amount
              FROM requested r, refundable
             WHERE l.payment_id = :id AND l.line_id = r.line_id
               AND refundable.line_count = (SELECT count(*) FROM requested)
            """;

    /** Sellers of the created payments in memory. */
    private static final int MAX_CREATED_SELLERS = 100_000;

    private final DatabaseClient database;
    private final PaymentRow rows;
    private final JsonRecordset json;
    private final Duration expiryAfter;
    private final Duration keysKeptFor;
    private final Cache<UUID, Credits> created;
    private final GroupCommit<Creation, Boolean> creations;

    PaymentStore(
            DatabaseClient database,
            PaymentRow rows,
            JsonRecordset json,
            PaymentApiSettings settings,
            MeterRegistry meters) {
        this.database = database;
        this.rows = rows;
        this.json = json;
        this.expiryAfter = settings.expiryAfter();
        this.keysKeptFor = settings.idempotency().keptFor();
        this.created = Caffeine.newBuilder()
                .maximumWeight(MAX_CREATED_SELLERS)
                .weigher((UUID id, Credits credits) -> credits.amountsMinor().size())
                .expireAfterWrite(expiryAfter)
                .build();
        this.creations = new GroupCommit<>("create", Creation::id, this::create, settings.groupCommit(), meters);
    }

    /** One row of the batch statement: a payment to create, and the idempotency key and response of its call. */
    private record Creation(
            UUID id,
            String clientId,
            String key,
            int generation,
            byte[] fingerprint,
            String orderId,
            String currency,
            long amount,
            String metadata,
            String psp,
            Instant createdAt,
            List<PaymentLine> lines,
            ApiResponse answer) {}

    /**
     * Creates a payment in READY, version 1, with its lines, and stores the response under the call's key, atomically,
     * in a statement shared with concurrent calls; false if the key or the id is in use.
     *
     * @param generation how often the key was used and forgotten before; the payment's id is the name of both
     */
    Mono<Boolean> create(Payment payment, KeyedCall call, int generation, ApiResponse answer) {
        return creations
                .call(new Creation(
                        payment.id(),
                        call.key().clientId(),
                        call.key().text(),
                        generation,
                        call.fingerprint().sha256(),
                        payment.orderId(),
                        payment.currency(),
                        payment.amountMinor(),
                        rows.metadata(payment.metadata()),
                        payment.psp(),
                        payment.createdAt(),
                        payment.lines(),
                        answer))
                .defaultIfEmpty(false)
                .doOnNext(isCreated -> {
                    if (isCreated) {
                        created.put(payment.id(), payment.credits());
                    }
                });
    }

    /**
     * What the payment credits when it is charged, which never changes. From memory if this instance created the
     * payment, so that a confirmation needs no read; empty if there is no such payment.
     */
    Mono<Credits> credits(UUID id) {
        Credits known = created.getIfPresent(id);
        return known == null ? find(id).map(Payment::credits) : Mono.just(known);
    }

    private Mono<Map<UUID, Boolean>> create(List<Creation> batch) {
        return database.sql(CREATE)
                .bind("creations", json.of(batch))
                .bind("expiryMs", expiryAfter.toMillis())
                .map(row -> required(row, "id", UUID.class))
                .all()
                .collectMap(Function.identity(), id -> true);
    }

    /** The payment, if it was restored so recently that its creation's key is not forgotten. */
    Mono<Payment> findRestored(UUID id) {
        return database.sql(RESTORED)
                .bind("id", id)
                .bind("keptForMs", keysKeptFor.toMillis())
                .map(rows::read)
                .one();
    }

    /** The payment; empty if there is none. */
    public Mono<Payment> find(UUID id) {
        return database.sql("SELECT * FROM payment_details WHERE id = :id")
                .bind("id", id)
                .map(rows::read)
                .one();
    }

    /**
     * The payment, its row locked until the transaction ends. The lock is a separate statement: a locking SELECT that
     * waited rereads the locked row, but would return the lines of its older snapshot.
     */
    public Mono<Payment> lock(UUID id) {
        return database.sql("SELECT id FROM payments WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .map(row -> required(row, "id", UUID.class))
                .one()
                .flatMap(this::find);
    }

    /** The same; an error 404 if there is none. */
    public Mono<Payment> lockExisting(UUID id) {
        return lock(id).switchIfEmpty(Mono.error(() -> Problem.notFound("payment")));
    }

    /** The existing payments among these ids, in no particular order. */
    public Flux<Payment> findAll(Collection<UUID> ids) {
        return database.sql("SELECT * FROM payment_details WHERE id = ANY (:ids)")
                .bind("ids", ids.toArray(UUID[]::new))
                .map(rows::read)
                .all();
    }

    /** Payments with a higher version than the given one. */
    Flux<Payment> changed(Map<UUID, Long> seenVersions) {
        List<Map.Entry<UUID, Long>> seen = List.copyOf(seenVersions.entrySet());
        return database.sql(CHANGED)
                .bind("ids", column(seen, Map.Entry::getKey, UUID[]::new))
                .bind("versions", column(seen, Map.Entry::getValue, Long[]::new))
                .map(rows::read)
                .all();
    }

    /** READY or ACCEPTED to CANCELED; the caller holds the row lock. */
    public Mono<Void> cancel(Payment payment) {
        return RowMapping.changeOne(
                database.sql(CANCEL).bind("id", payment.id()).bind("version", payment.version()));
    }

    /** Moves expired payments from READY and ACCEPTED to EXPIRED, oldest first, up to the limit. */
    public Flux<UUID> expire(int limit) {
        return database.sql(EXPIRE)
                .bind("limit", limit)
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    /**
     * Reserves amounts of lines for a refund, if every line has enough left. The caller holds the payment's row lock.
     */
    public Mono<Boolean> reserve(UUID id, String[] lineIds, Long[] amountsMinor) {
        return database.sql(RESERVE)
                .bind("id", id)
                .bind("lineIds", lineIds)
                .bind("amounts", amountsMinor)
                .fetch()
                .rowsUpdated()
                .map(reserved -> reserved == lineIds.length);
    }
}
