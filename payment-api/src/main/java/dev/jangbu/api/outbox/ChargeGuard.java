package dev.jangbu.api.outbox;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.DatabaseClock;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Refuses what moves money while its settlement might not reach Kafka, or its outcome not be recorded. It watches the
 * replication slot through which the outbox reaches Kafka, and the clocks of service and database:
 *
 * <ul>
 *   <li>The slot is missing or lost: rows that are written now may never arrive.
 *   <li>Nothing has read it for longer than {@code jangbu.replication-slot.inactive-grace}, or it retains more WAL than
 *       {@code jangbu.replication-slot.max-retained-wal}: the server would drop it at its own limit.
 *   <li>The clocks differ by more than {@link DatabaseClock#MAX_DIFFERENCE}.
 * </ul>
 *
 * <p>The health {@code chargeGuard} is DOWN as soon as nothing reads the slot. It is not part of the readiness: reads and
 * calls that move no money still work.
 */
@Component
public class ChargeGuard implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(ChargeGuard.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final String SELECT = """
            SELECT wal_status <> 'lost' AS usable,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS retained,
                   CASE WHEN active THEN 0
                        ELSE greatest(extract(epoch FROM clock_timestamp() - inactive_since), 0) END::bigint AS inactive
              FROM pg_replication_slots
             WHERE slot_name = 'jangbu_outbox' AND database = current_database()
            """;

    private final DatabaseClient database;
    private final DatabaseClock clock;
    private final PaymentApiSettings.ReplicationSlot limits;
    private final MultiGauge retained;
    private final MultiGauge inactive;
    private volatile State state;

    ChargeGuard(DatabaseClient database, DatabaseClock clock, PaymentApiSettings settings, MeterRegistry meters) {
        this.database = database;
        this.clock = clock;
        this.limits = settings.replicationSlot();
        this.state = missing();
        this.retained = MultiGauge.builder("jangbu.outbox.wal.retained")
                .baseUnit("bytes")
                .description("WAL that the outbox's replication slot retains; absent without the slot")
                .register(meters);
        this.inactive = MultiGauge.builder("jangbu.outbox.slot.inactive")
                .baseUnit("seconds")
                .description("Time since something read the outbox's replication slot; absent without the slot")
                .register(meters);
    }

    /**
     * What was found.
     *
     * @param refusal why charges are refused
     * @param warning why they will be
     * @param retainedBytes -1 without a slot
     * @param inactiveSeconds -1 without a slot
     */
    private record State(
            Optional<String> refusal, Optional<String> warning, long retainedBytes, long inactiveSeconds) {}

    /** Fails with 503 if charges are refused. Checks again first: the cause may have been removed since. */
    public Mono<Void> requireHealthy() {
        return isHealthy()
                ? Mono.empty()
                : check().doOnNext(this::update).flatMap(current -> current.refusal()
                        .map(reason -> Mono.<Void>error(problem(reason)))
                        .orElseGet(Mono::empty));
    }

    /** The result of the last check: whether nothing is refused. */
    public boolean isHealthy() {
        return state.refusal().isEmpty();
    }

    @Override
    public Health health() {
        State current = state;
        Optional<String> problem = current.refusal().or(current::warning);
        Health.Builder health = problem.map(reason -> Health.down().withDetail("reason", reason))
                .orElseGet(Health::up);
        return health.withDetail("refusesCharges", current.refusal().isPresent())
                .withDetail("clockDifferenceMs", clock.difference().toMillis())
                .build();
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

    private Mono<State> check() {
        return clock.measure()
                .then(Mono.defer(() -> database.sql(SELECT).map(this::read).one()))
                .switchIfEmpty(Mono.fromSupplier(this::missing));
    }

    private State read(Readable slot) {
        long retainedBytes = required(slot, "retained", Long.class);
        long inactiveSeconds = required(slot, "inactive", Long.class);
        boolean usable = Boolean.TRUE.equals(slot.get("usable", Boolean.class));
        Optional<String> refusal = first(
                reason(!usable, "the replication slot of the outbox was lost"),
                reason(
                        retainedBytes > limits.maxRetainedWal().toBytes(),
                        "the replication slot of the outbox retains too much WAL"),
                reason(
                        inactiveSeconds > limits.inactiveGrace().toSeconds(),
                        "nothing has read the replication slot of the outbox for %d s".formatted(inactiveSeconds)),
                clock.problem());
        Optional<String> warning = reason(
                inactiveSeconds > 0, "nothing reads the replication slot of the outbox; is the connector running?");
        return new State(refusal, warning, retainedBytes, inactiveSeconds);
    }

    private State missing() {
        return new State(Optional.of("the replication slot of the outbox does not exist"), Optional.empty(), -1, -1);
    }

    @SafeVarargs
    private static Optional<String> first(Optional<String>... reasons) {
        return Stream.of(reasons).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> reason(boolean holds, String text) {
        return holds ? Optional.of(text) : Optional.empty();
    }

    private void update(State current) {
        if (!withoutNumbers(current).equals(withoutNumbers(state))) {
            current.refusal()
                    .or(current::warning)
                    .ifPresentOrElse(
                            reason -> log.warn(
                                    "Charges are {}: {}",
                                    current.refusal().isPresent() ? "refused" : "still accepted, but",
                                    reason),
                            () -> log.info("Charges are accepted: the outbox reaches Kafka"));
        }
        state = current;
        retained.register(row(current.retainedBytes()), true);
        inactive.register(row(current.inactiveSeconds()), true);
    }

    /** So that a growing number is not logged each second. */
    private static String withoutNumbers(State state) {
        return (state.refusal() + " " + state.warning()).replaceAll("\\d+", "");
    }

    private static List<MultiGauge.Row<?>> row(long value) {
        return value < 0 ? List.of() : List.of(MultiGauge.Row.of(Tags.empty(), value));
    }

    private static Problem problem(String reason) {
        return new Problem(ProblemCode.UNAVAILABLE, "New payments are refused for now: " + reason).retryAfter(TIMEOUT);
    }
}
