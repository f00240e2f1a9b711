package dev.jangbu.api.database;

import static dev.jangbu.api.database.RowMapping.required;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The clock of the database, by the service's clock and their measured difference. Ages of rows are measured by it: the
 * database has written their times.
 */
@Component
public class DatabaseClock {

    /** Beyond it no payment is charged: ages and leases would be wrong. */
    public static final Duration MAX_DIFFERENCE = Duration.ofSeconds(20);

    private final DatabaseClient database;
    private final Clock clock;
    private volatile Duration difference = Duration.ZERO;

    public DatabaseClock(DatabaseClient database, Clock clock, MeterRegistry meters) {
        this.database = database;
        this.clock = clock;
        Gauge.builder("jangbu.clock.difference", this, measured -> measured.difference.toMillis() / 1000.0)
                .baseUnit("seconds")
                .description("The database's time minus the service's")
                .register(meters);
    }

    /** The database's time now, as of the last measurement of the difference. */
    public Instant instant() {
        return clock.instant().plus(difference);
    }

    /** The database's time minus the service's, by the last measurement. */
    public Duration difference() {
        return difference;
    }

    /** Why payments can't be charged, if the difference is too large. */
    public Optional<String> problem() {
        return difference.abs().compareTo(MAX_DIFFERENCE) > 0
                ? Optional.of("the clocks of service and database differ by %d s"
                        .formatted(difference.abs().toSeconds()))
                : Optional.empty();
    }

    /** Measures the difference. It counts only as far as it exceeds the duration of the call. */
    public Mono<Void> measure() {
        return Mono.defer(() -> {
            Instant sent = clock.instant();
            return database.sql("SELECT clock_timestamp() AS now")
                    .map(row -> required(row, "now", Instant.class))
                    .one()
                    .doOnNext(now -> difference = beyond(sent, now, clock.instant()))
                    .then();
        });
    }

    private static Duration beyond(Instant sent, Instant database, Instant received) {
        return database.isBefore(sent)
                ? Duration.between(sent, database)
                : database.isAfter(received) ? Duration.between(received, database) : Duration.ZERO;
    }
}
