package dev.jangbu.api.recovery;

import static dev.jangbu.api.database.RowMapping.required;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Gauges of the payments and refunds that wait for a person's decision. */
@Component
class ReviewGauge {

    private static final Logger log = LoggerFactory.getLogger(ReviewGauge.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final String COUNT = """
            SELECT (SELECT count(*) FROM payments WHERE status = 'REVIEW') AS payments,
                   (SELECT count(*) FROM refunds WHERE status = 'REVIEW') AS refunds
            """;

    private record Count(long payments, long refunds) {}

    private final DatabaseClient database;
    private volatile Count count = new Count(0, 0);

    ReviewGauge(DatabaseClient database, MeterRegistry meters) {
        this.database = database;
        Gauge.builder("jangbu.reviews", this, reviews -> reviews.count.payments())
                .tag("kind", "payment")
                .description("Payments that a person has to decide")
                .register(meters);
        Gauge.builder("jangbu.reviews", this, reviews -> reviews.count.refunds())
                .tag("kind", "refund")
                .description("Refunds that a person has to decide")
                .register(meters);
    }

    @Scheduled(fixedDelay = 10_000)
    void count() {
        try {
            Count found = database.sql(COUNT)
                    .map(row -> new Count(required(row, "payments", Long.class), required(row, "refunds", Long.class)))
                    .one()
                    .block(TIMEOUT);
            count = found == null ? count : found;
        } catch (RuntimeException e) {
            log.debug("Could not count payments and refunds in REVIEW", e);
        }
    }
}
