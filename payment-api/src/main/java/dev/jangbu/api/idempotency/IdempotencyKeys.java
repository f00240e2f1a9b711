package dev.jangbu.api.idempotency;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Stores idempotency keys and their responses. Every transaction locks a resource's row before its keys, so no two
 * transactions deadlock.
 */
@Component
public class IdempotencyKeys {

    /**
     * Part of a statement that completes calls: inserts their keys with the responses, and returns the resource ids of
     * those whose key was unused. Reads from {@code call}: key, fingerprint in base 64, operation, id of the resource,
     * response. Inserts in the order of keys, so that no two statements deadlock.
     */
    public static final String INSERT_DONE = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, attempt, status,
                                          answer_status, answer_location, answer_body)
            SELECT key, decode(fingerprint, 'base64'), operation, id, 0, 'DONE', answer_status, answer_location, answer_body
              FROM call
             ORDER BY key
            ON CONFLICT (key) DO NOTHING
            RETURNING resource_id AS id
            """;

    /** The same for calls whose operation starts: {@code call} has the attempt instead of the response. */
    public static final String INSERT_RUNNING = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, attempt, status, lease_until)
            SELECT key, decode(fingerprint, 'base64'), operation, id, attempt, 'RUNNING',
                   clock_timestamp() + :leaseMs * interval '1 millisecond'
              FROM call
             ORDER BY key
            ON CONFLICT (key) DO NOTHING
            RETURNING resource_id AS id
            """;

    /**
     * Part of a statement that records outcomes: stores the response of each {@code call} under every running key of
     * its operation. Without a response it ends their leases, so that a repeated call can continue. Reads from {@code
     * call}: id of the resource, operation, response.
     */
    public static final String STORE_RESPONSES = """
            UPDATE idempotency_keys running
               SET status = CASE WHEN call.answer_status IS NULL THEN 'RUNNING' ELSE 'DONE' END, lease_until = NULL,
                   answer_status = call.answer_status, answer_location = call.answer_location,
                   answer_body = call.answer_body
              FROM call
             WHERE running.resource_id = call.id AND running.operation = call.operation AND running.status = 'RUNNING'
            """;

    private static final String INSERT = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, attempt, status, lease_until)
            VALUES (:key, :fingerprint, :operation, :resource, :attempt, 'RUNNING',
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

    private static final String STORE_RESPONSES_OF_ONE = """
            WITH call AS (
                SELECT CAST(:resource AS uuid) AS id, CAST(:operation AS text) AS operation,
                       CAST(:answerStatus AS integer) AS answer_status, CAST(:answerLocation AS text) AS answer_location,
                       CAST(:answerBody AS text) AS answer_body)
            """ + STORE_RESPONSES;

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

    /** The stored response of an earlier call; empty if there is none. Takes no lock. */
    public Mono<ApiResponse> replay(IdempotencyKey key, Fingerprint fingerprint) {
        return database.sql(SELECT)
                .bind("key", key.text())
                .map(row -> read(row, fingerprint))
                .one()
                .flatMap(state -> state instanceof KeyState.Done done ? Mono.just(done.answer()) : Mono.empty());
    }

    /**
     * Claims the key for a call in the caller's transaction, or returns its state.
     *
     * @return an error 422 {@code idempotency-key-reused} if the key was used for another call
     */
    public Mono<KeyState> claim(
            IdempotencyKey key, Fingerprint fingerprint, String operation, UUID resource, int attempt, Duration lease) {
        return database.sql(INSERT)
                .bind("key", key.text())
                .bind("fingerprint", fingerprint.sha256())
                .bind("operation", operation)
                .bind("resource", resource)
                .bind("attempt", attempt)
                .bind("leaseMs", lease.toMillis())
                .fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == 1
                        ? Mono.<KeyState>just(new KeyState.Fresh())
                        : database.sql(SELECT + " FOR UPDATE")
                                .bind("key", key.text())
                                .map(row -> read(row, fingerprint))
                                .one()
                                // Deleted between the two statements, so unused now.
                                .switchIfEmpty(Mono.defer(
                                        () -> claim(key, fingerprint, operation, resource, attempt, lease))));
    }

    /** Deletes a key claimed in this transaction. */
    public Mono<Void> release(IdempotencyKey key) {
        return database.sql("DELETE FROM idempotency_keys WHERE key = :key")
                .bind("key", key.text())
                .fetch()
                .rowsUpdated()
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

    /** Stores the response of a call, in the transaction that claimed the key. */
    public Mono<Void> storeResponse(IdempotencyKey key, ApiResponse response) {
        return bind(new Bindings().with("key", key.text()), response)
                .bindTo(database.sql(STORE_RESPONSE))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Stores the response under every running key of this operation, in the transaction that records the outcome. */
    public Mono<Void> storeResponseForAll(UUID resource, String operation, ApiResponse response) {
        return updateAll(resource, operation, response);
    }

    /** Ends the leases of this operation, whose outcome is unknown. A repeated call may then continue it. */
    public Mono<Void> endLeases(UUID resource, String operation) {
        return updateAll(resource, operation, null);
    }

    private Mono<Void> updateAll(UUID resource, String operation, @Nullable ApiResponse response) {
        return bind(new Bindings().with("resource", resource).with("operation", operation), response)
                .bindTo(database.sql(STORE_RESPONSES_OF_ONE))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** 409: an earlier call with this key may still be running. */
    public static Problem inUse() {
        return new Problem(
                        ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                        "A call with this key is still running; repeat it later with the same key to get its response")
                .retryAfter(Duration.ofSeconds(1));
    }

    /** 422: the key was used for another call. */
    public static Problem reused() {
        return new Problem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key was used for another call or body; use a new key for a new operation");
    }

    private static Bindings bind(Bindings bindings, @Nullable ApiResponse response) {
        return bindings.with("answerStatus", response == null ? null : response.status(), Integer.class)
                .with("answerLocation", response == null ? null : response.location(), String.class)
                .with("answerBody", response == null ? null : response.body(), String.class);
    }

    private static KeyState read(Readable row, Fingerprint fingerprint) {
        if (!fingerprint.equals(new Fingerprint(required(row, "fingerprint", byte[].class)))) {
            throw reused();
        }
        if ("RUNNING".equals(row.get("status", String.class))) {
            return new KeyState.Running(
                    required(row, "resource_id", UUID.class),
                    Boolean.TRUE.equals(row.get("lease_live", Boolean.class)));
        }
        return new KeyState.Done(new ApiResponse(
                        required(row, "answer_status", Integer.class),
                        required(row, "answer_body", String.class),
                        row.get("answer_location", String.class))
                .asReplay());
    }
}
