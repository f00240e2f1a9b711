package dev.jangbu.api.idempotency;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The keys and their answers. Within a transaction a resource's row is locked before its keys, by everybody, so that two
 * never wait for each other.
 */
@Component
public class IdempotencyKeys {

    /**
     * Takes the keys of calls that are done by the statement that this is a part of, and keeps their answers; names those whose key
     * was free, by their resource. {@code call} has what it needs: key, fingerprint in base 64, operation, id of the resource,
     * and the answer. Keys are taken in their order, so that no two statements wait for each other.
     */
    public static final String TAKE_ANSWERED = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, attempt, status,
                                          answer_status, answer_location, answer_body)
            SELECT key, decode(fingerprint, 'base64'), operation, id, 0, 'DONE', answer_status, answer_location, answer_body
              FROM call
             ORDER BY key
            ON CONFLICT (key) DO NOTHING
            RETURNING resource_id AS id
            """;

    /** The same for calls whose work only begins: {@code call} has the attempt in place of the answer. */
    public static final String TAKE_RUNNING = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, attempt, status, lease_until)
            SELECT key, decode(fingerprint, 'base64'), operation, id, attempt, 'RUNNING',
                   clock_timestamp() + :leaseMs * interval '1 millisecond'
              FROM call
             ORDER BY key
            ON CONFLICT (key) DO NOTHING
            RETURNING resource_id AS id
            """;

    /**
     * The work of each {@code call} has come to an outcome, which is answered under every key that waits for it; or, where there
     * is no answer, to none, and a repetition may take it up. {@code call} has the id of the resource, operation and answer.
     */
    public static final String ANSWER_ALL = """
            UPDATE idempotency_keys waiting
               SET status = CASE WHEN call.answer_status IS NULL THEN 'RUNNING' ELSE 'DONE' END, lease_until = NULL,
                   answer_status = call.answer_status, answer_location = call.answer_location,
                   answer_body = call.answer_body
              FROM call
             WHERE waiting.resource_id = call.id AND waiting.operation = call.operation AND waiting.status = 'RUNNING'
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

    private static final String ANSWER_ONE = """
            UPDATE idempotency_keys
               SET status = 'DONE', lease_until = NULL,
                   answer_status = :answerStatus, answer_location = :answerLocation, answer_body = :answerBody
             WHERE key = :key
            """;

    private static final String ANSWER_ALL_OF_ONE = """
            WITH call AS (
                SELECT CAST(:resource AS uuid) AS id, CAST(:operation AS text) AS operation,
                       CAST(:answerStatus AS integer) AS answer_status, CAST(:answerLocation AS text) AS answer_location,
                       CAST(:answerBody AS text) AS answer_body)
            """ + ANSWER_ALL;

    /** One whose work is open is forgotten too: a repetition then finds the work by its resource. */
    private static final String FORGET = """
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

    /** The answer of a call that was done before; empty if it wasn't. Takes no lock. */
    public Mono<Answer> replay(IdempotencyKey key, Fingerprint fingerprint) {
        return database.sql(SELECT)
                .bind("key", key.text())
                .map(row -> read(row, fingerprint))
                .one()
                .flatMap(claim -> claim instanceof KeyState.Done done ? Mono.just(done.answer()) : Mono.empty());
    }

    /**
     * Takes the key for a call, within its transaction, or says what is under it.
     *
     * @return an error 422 {@code idempotency-key-reused} if another call stands under it
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
                                // It was forgotten between the two statements: it is free now.
                                .switchIfEmpty(Mono.defer(
                                        () -> claim(key, fingerprint, operation, resource, attempt, lease))));
    }

    /** Lets go of a key that was just taken: what it stands for is kept elsewhere. */
    public Mono<Void> forget(IdempotencyKey key) {
        return database.sql("DELETE FROM idempotency_keys WHERE key = :key")
                .bind("key", key.text())
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Forgets keys of this age that nobody is at; at most so many at once. How many it were. */
    Mono<Long> forgetOlderThan(Duration age, int limit) {
        return database.sql(FORGET)
                .bind("ageMs", age.toMillis())
                .bind("limit", limit)
                .fetch()
                .rowsUpdated();
    }

    /** Stores the answer of a call that is one transaction, within it. */
    public Mono<Void> answered(IdempotencyKey key, Answer answer) {
        return bind(new Bindings().with("key", key.text()), answer)
                .in(database.sql(ANSWER_ONE))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Stores the answer under every key that waits for this work's outcome, in the transaction that records it. */
    public Mono<Void> answeredAll(UUID resource, String operation, Answer answer) {
        return all(resource, operation, answer);
    }

    /** Nobody is at this work any more, and its outcome is open: a repetition may take it up. */
    public Mono<Void> endLeases(UUID resource, String operation) {
        return all(resource, operation, null);
    }

    private Mono<Void> all(UUID resource, String operation, @Nullable Answer answer) {
        return bind(new Bindings().with("resource", resource).with("operation", operation), answer)
                .in(database.sql(ANSWER_ALL_OF_ONE))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** 409: whoever began under this key may still be at it. */
    public static Problem inUse() {
        return new Problem(
                        ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                        "A call with this key is at work; repeat it later, with the same key, for its answer")
                .retryAfter(Duration.ofSeconds(1));
    }

    /** 422: the key stands for something else. */
    public static Problem reused() {
        return new Problem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key came with another call or body before; use a new one for new work");
    }

    private static Bindings bind(Bindings values, @Nullable Answer answer) {
        return values.with("answerStatus", answer == null ? null : answer.status(), Integer.class)
                .with("answerLocation", answer == null ? null : answer.location(), String.class)
                .with("answerBody", answer == null ? null : answer.body(), String.class);
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
        return new KeyState.Done(new Answer(
                        required(row, "answer_status", Integer.class),
                        required(row, "answer_body", String.class),
                        row.get("answer_location", String.class))
                .asReplay());
    }
}
