package dev.jangbu.api.idempotency;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Stores idempotency keys and their responses. Every transaction locks a resource's row before its keys, so no two
 * transactions deadlock.
 */
@Component
public class IdempotencyKeys {

    private static final String INSERT = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, status, lease_until)
            VALUES (:key, :fingerprint, :operation, :resource, 'RUNNING',
                    clock_timestamp() + :leaseMs * interval '1 millisecond')
            ON CONFLICT (key) DO NOTHING
            """;

    private static final String SELECT = """
            SELECT fingerprint, status, resource_id, coalesce(lease_until > clock_timestamp(), false) AS lease_live,
                   answer_status, answer_location, answer_body
              FROM idempotency_keys
             WHERE key = :key
            """;

    private static final String STORE_RESPONSE = """
            UPDATE idempotency_keys
               SET status = 'DONE', lease_until = NULL,
                   answer_status = :answerStatus, answer_location = :answerLocation, answer_body = :answerBody
             WHERE key = :key
            """;

    private static final String END_LEASES = """
            UPDATE idempotency_keys
               SET lease_until = NULL
             WHERE resource_id = :resource AND operation = :operation AND status = 'RUNNING'
            """;

    /**
     * Includes keys of open operations without a live lease: a repeated call then finds the operation by its resource.
     */
    private static final String DELETE_OLD = """
            DELETE FROM idempotency_keys
             WHERE key IN (SELECT key
                             FROM idempotency_keys
                            WHERE created_at < clock_timestamp() - :ageMs * interval '1 millisecond'
                              AND (lease_until IS NULL OR lease_until < clock_timestamp())
                            ORDER BY created_at
                            LIMIT :limit
                              FOR UPDATE SKIP LOCKED)
            """;

    private final DatabaseClient database;

    IdempotencyKeys(DatabaseClient database) {
        this.database = database;
    }

    /** The state of a key that an earlier call has used. */
    sealed interface State {}

    /**
     * The earlier call has started the operation, whose outcome is not known.
     *
     * @param resource id of the operation's resource
     * @param leaseLive whether the earlier call may still be running
     */
    record Running(UUID resource, boolean leaseLive) implements State {}

    /** The operation is done; its stored response. */
    record Done(ApiResponse answer) implements State {}

    /**
     * The stored response of an earlier call; empty if there is none. Takes no lock.
     *
     * @return an error 422 {@code idempotency-key-reused} if the key was used for another call
     */
    public Mono<ApiResponse> replay(KeyedCall call) {
        return state(call).flatMap(state -> state instanceof Done done ? Mono.just(done.answer()) : Mono.empty());
    }

    /** Inserts the key of a call in the caller's transaction; false if it is in use. */
    Mono<Boolean> insert(KeyedCall call, UUID resource, Duration lease) {
        return RowMapping.changed(new Bindings()
                .with("key", call.key().text())
                .with("fingerprint", call.fingerprint().sha256())
                .with("operation", call.operation())
                .with("resource", resource)
                .with("leaseMs", lease.toMillis())
                .bindTo(database, INSERT));
    }

    /**
     * The state of a key; empty if it was deleted.
     *
     * @return an error 422 {@code idempotency-key-reused} if the key was used for another call
     */
    Mono<State> state(KeyedCall call) {
        return database.sql(SELECT)
                .bind("key", call.key().text())
                .map(row -> read(row, call))
                .one();
    }

    /** Deletes a key that was inserted in this transaction. */
    public Mono<Void> release(KeyedCall call) {
        return database.sql("DELETE FROM idempotency_keys WHERE key = :key")
                .bind("key", call.key().text())
                .then();
    }

    /** Deletes up to {@code limit} keys of this age that have no live lease. Returns their number. */
    Mono<Long> deleteOlderThan(Duration age, int limit) {
        return database.sql(DELETE_OLD)
                .bind("ageMs", age.toMillis())
                .bind("limit", limit)
                .fetch()
                .rowsUpdated();
    }

    /** Stores the response of a call, in the transaction that inserted the key. */
    public Mono<Void> storeResponse(KeyedCall call, ApiResponse response) {
        return new Bindings()
                .with("key", call.key().text())
                .with("answerStatus", response.status())
                .with("answerLocation", response.location(), String.class)
                .with("answerBody", response.body())
                .bindTo(database, STORE_RESPONSE)
                .then();
    }

    /** Ends the leases of an operation whose outcome is open. A repeated call may then continue it. */
    public Mono<Void> endLeases(UUID resource, String operation) {
        return database.sql(END_LEASES)
                .bind("resource", resource)
                .bind("operation", operation)
                .then();
    }

    /** 409: an earlier call with this key may still be running. */
    static Problem inUse() {
        return new Problem(
                        ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                        "A call with this key is still running; repeat it later with the same key to get its response")
                .retryAfter(Duration.ofSeconds(1));
    }

    private static State read(Readable row, KeyedCall call) {
        call.requireSame(required(row, "fingerprint", byte[].class));
        if ("RUNNING".equals(row.get("status", String.class))) {
            return new Running(required(row, "resource_id", UUID.class), required(row, "lease_live", Boolean.class));
        }
        return new Done(new ApiResponse(
                        required(row, "answer_status", Integer.class),
                        required(row, "answer_body", String.class),
                        row.get("answer_location", String.class))
                .asReplay());
    }
}
