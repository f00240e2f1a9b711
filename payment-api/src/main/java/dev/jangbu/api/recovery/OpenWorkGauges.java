package dev.jangbu.api.recovery;

import static dev.jangbu.api.database.RowMapping.required;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Gauges of what is open: the decisions that wait for a person, and the ages of what waits for its settlement. */
@Component
class OpenWorkGauges {

    private static final Logger log = LoggerFactory.getLogger(OpenWorkGauges.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The oldest by approval is among the oldest thousand by creation, or everything is late. */
    private static final String MEASURE = """
            SELECT (SELECT count(*) FROM payments WHERE status = 'REVIEW') AS payment_reviews,
                   (SELECT count(*) FROM refunds WHERE status = 'REVIEW') AS refund_reviews,
                   (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(approved_at)), 0)::bigint
                      FROM (SELECT approved_at
                              FROM payments
                             WHERE status = 'APPROVED'
                             ORDER BY created_at
                             LIMIT 1000) AS approved) AS payment_age,
                   (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::bigint
                      FROM refunds
                     WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW', 'APPROVED')) AS refund_age,
                   (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::bigint
                      FROM payouts
                     WHERE status = 'REQUESTED') AS payout_age
            """;

    private record OpenWork(long paymentReviews, long refundReviews, long paymentAge, long refundAge, long payoutAge) {}

    private final DatabaseClient database;
    private volatile OpenWork open = new OpenWork(0, 0, 0, 0, 0);

    OpenWorkGauges(DatabaseClient database, MeterRegistry meters) {
        this.database = database;
        Map.<String, ToLongFunction<OpenWork>>of("payment", OpenWork::paymentReviews, "refund", OpenWork::refundReviews)
                .forEach(
                        (kind, count) -> Gauge.builder("jangbu.reviews", this, gauges -> count.applyAsLong(gauges.open))
                                .tag("kind", kind)
                                .description("Payments and refunds that a person has to decide")
                                .register(meters));
        Map.<String, ToLongFunction<OpenWork>>of(
                        "payment", OpenWork::paymentAge, "refund", OpenWork::refundAge, "payout", OpenWork::payoutAge)
                .forEach((kind, age) -> Gauge.builder(
                                "jangbu.unsettled.oldest", this, gauges -> age.applyAsLong(gauges.open))
                        .tag("kind", kind)
                        .baseUnit("seconds")
                        .description("Age of the oldest approved payment, refund or payout without completion")
                        .register(meters));
    }

    @Scheduled(fixedDelay = 5_000)
    void measure() {
        try {
            OpenWork found = database.sql(MEASURE)
                    .map(row -> new OpenWork(
                            required(row, "payment_reviews", Long.class),
                            required(row, "refund_reviews", Long.class),
                            required(row, "payment_age", Long.class),
                            required(row, "refund_age", Long.class),
                            required(row, "payout_age", Long.class)))
                    .one()
                    .block(TIMEOUT);
            open = found == null ? open : found;
        } catch (RuntimeException e) {
            log.debug("Open work could not be measured", e);
        }
    }
}
