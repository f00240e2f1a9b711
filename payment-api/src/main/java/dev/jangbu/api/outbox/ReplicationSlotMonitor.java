package dev.jangbu.api.outbox;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Monitors the replication slot through which the outbox reaches Kafka. Rows written before the slot exists, or after
 * the server has dropped it, never arrive. New payments are refused in both cases, and also when the slot retains too
 * much WAL.
 */
@Component
public class ReplicationSlotMonitor {

    private static final Logger log = LoggerFactory.getLogger(ReplicationSlotMonitor.class);

    private static final Optional<String> MISSING = Optional.of("the replication slot does not exist yet");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final String SELECT = """
            SELECT coalesce(wal_status <> 'lost', false) AS usable,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS retained
              FROM pg_replication_slots
             WHERE slot_name = 'jangbu_outbox' AND database = current_database()
            """;

    private final DatabaseClient database;
    private final long maxRetainedBytes;
    private volatile Optional<String> problem = MISSING;
    private volatile long retainedBytes;

    ReplicationSlotMonitor(DatabaseClient database, PaymentApiSettings settings, MeterRegistry meters) {
        this.database = database;
        this.maxRetainedBytes = settings.replicationSlot().maxRetainedWal().toBytes();
        Gauge.builder("jangbu.outbox.wal.retained", this, monitor -> monitor.retainedBytes)
                .baseUnit("bytes")
                .description("WAL that the outbox's replication slot retains")
                .register(meters);
    }

    /**
     * Fails with 503 if a new payment's rows might never reach Kafka. Checks again first if the last check failed: the
     * slot may have been fixed since.
     */
    public Mono<Void> requireHealthy() {
        return isHealthy()
                ? Mono.empty()
                : check().doOnNext(this::update)
                        .flatMap(current -> current.map(reason -> Mono.<Void>error(refusal(reason)))
                                .orElseGet(Mono::empty));
    }

    /** The result of the last check. */
    public boolean isHealthy() {
        return problem.isEmpty();
    }

    private static Problem refusal(String reason) {
        return new Problem(ProblemCode.UNAVAILABLE, "New payments are refused for now: " + reason).retryAfter(TIMEOUT);
    }

    @Scheduled(fixedDelay = 1000)
    void monitor() {
        try {
            update(Objects.requireNonNull(check().block(TIMEOUT)));
        } catch (RuntimeException e) {
            // Calls fail without the database anyway; the last result stands until the next check.
            log.debug("The replication slot could not be checked", e);
        }
    }

    private Mono<Optional<String>> check() {
        return database.sql(SELECT)
                .map(row -> evaluate(row.get("usable", Boolean.class), row.get("retained", Long.class)))
                .one()
                .defaultIfEmpty(MISSING);
    }

    private void update(Optional<String> current) {
        if (!current.equals(problem)) {
            current.ifPresentOrElse(
                    reason -> log.warn("New payments are refused: {}", reason),
                    () -> log.info("New payments are accepted: the replication slot is healthy"));
        }
        problem = current;
    }

    private Optional<String> evaluate(@Nullable Boolean usable, @Nullable Long retained) {
        retainedBytes = retained == null ? 0 : retained;
        if (!Boolean.TRUE.equals(usable)) {
            return Optional.of("the replication slot was lost");
        }
        return retainedBytes > maxRetainedBytes
                ? Optional.of("the replication slot retains too much WAL")
                : Optional.empty();
    }
}
