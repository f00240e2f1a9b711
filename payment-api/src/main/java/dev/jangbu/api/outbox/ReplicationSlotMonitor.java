package dev.jangbu.api.outbox;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
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
 * Watches the replication slot that carries the outbox to Kafka. RowMapping written before there is a slot, or after the server
 * has given it up, would never arrive: new payments are refused then, and long before it comes to that.
 */
@Component
public class ReplicationSlotMonitor {

    private static final Logger log = LoggerFactory.getLogger(ReplicationSlotMonitor.class);

    private static final Optional<String> NO_SLOT = Optional.of("there is no replication slot yet");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final String WATCH = """
            SELECT coalesce(wal_status <> 'lost', false) AS usable,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS retained
              FROM pg_replication_slots
             WHERE slot_name = 'jangbu_outbox' AND database = current_database()
            """;

    private final DatabaseClient database;
    private final long maxRetainedBytes;
    private volatile Optional<String> trouble = NO_SLOT;
    private volatile long retainedBytes;

    ReplicationSlotMonitor(DatabaseClient database, PaymentApiSettings settings, MeterRegistry meters) {
        this.database = database;
        this.maxRetainedBytes = settings.replicationSlot().maxRetainedWal().toBytes();
        Gauge.builder("jangbu.outbox.wal.retained", this, stream -> stream.retainedBytes)
                .baseUnit("bytes")
                .description("WAL that the outbox's replication slot holds back")
                .register(meters);
    }

    /**
     * An error 503 if a new payment's rows might never reach Kafka. What was wrong a moment ago is looked at once more: it may
     * have been mended since.
     */
    public Mono<Void> required() {
        return established()
                ? Mono.empty()
                : look().doOnNext(this::judged).flatMap(found -> found.map(reason -> Mono.<Void>error(refusal(reason)))
                        .orElseGet(Mono::empty));
    }

    /** Whether new payments' rows would reach Kafka, as far as is known. */
    public boolean established() {
        return trouble.isEmpty();
    }

    private static Problem refusal(String reason) {
        return new Problem(
                        ProblemCode.UNAVAILABLE,
                        "New payments wait until the change stream can carry their settlement: " + reason)
                .retryAfter(TIMEOUT);
    }

    @Scheduled(fixedDelay = 1000)
    void watch() {
        try {
            judged(Objects.requireNonNull(look().block(TIMEOUT)));
        } catch (RuntimeException databaseAway) {
            // Every call is refused for that anyhow; the last judgement stands until the next look.
            log.debug("The change stream could not be looked at", databaseAway);
        }
    }

    private Mono<Optional<String>> look() {
        return database.sql(WATCH)
                .map(row -> judge(row.get("usable", Boolean.class), row.get("retained", Long.class)))
                .one()
                .defaultIfEmpty(NO_SLOT);
    }

    private void judged(Optional<String> found) {
        if (!found.equals(trouble)) {
            found.ifPresentOrElse(
                    reason -> log.warn("New payments are refused: {}", reason),
                    () -> log.info("New payments are taken: the change stream is established"));
        }
        trouble = found;
    }

    private Optional<String> judge(@Nullable Boolean usable, @Nullable Long retained) {
        retainedBytes = retained == null ? 0 : retained;
        if (!Boolean.TRUE.equals(usable)) {
            return Optional.of("the replication slot was lost");
        }
        return retainedBytes > maxRetainedBytes ? Optional.of("too much WAL is held back") : Optional.empty();
    }
}
