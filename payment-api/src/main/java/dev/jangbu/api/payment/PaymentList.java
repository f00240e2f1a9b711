package dev.jangbu.api.payment;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Lists payments, newest first. The order is that of their ids (UUIDv7), which begin with the time of creation. */
@Component
class PaymentList {

    static final Set<String> FILTERS = Set.of("status", "orderId", "sellerId", "from", "to");

    /** Margin of the id range around a time range: the clocks that generate ids may differ by up to a minute. */
    private static final Duration ID_MARGIN = Duration.ofMinutes(1);

    private static final Instant LATEST = Instant.parse("2999-12-31T23:59:59Z");
    private static final UUID HIGHEST = new UUID(-1, -1);
    private static final UUID LOWEST = new UUID(0, 0);

    /** The index of the seller's lines yields payments in the list's order, so that the limit ends the scan. */
    static final String LIST = """
            SELECT p.*
              FROM payment_details p
              JOIN (SELECT DISTINCT payment_id                                                     -- if :sellerId
                      FROM payment_lines                                                           -- if :sellerId
                     WHERE seller_id = :sellerId AND payment_id < :below AND payment_id >= :lowest -- if :sellerId
                     ORDER BY payment_id DESC) AS sold                                             -- if :sellerId
                ON sold.payment_id = p.id                                                          -- if :sellerId
             WHERE p.id < :below AND p.id >= :lowest
               AND p.status = :status -- if :status
               AND p.order_id = :orderId -- if :orderId
               AND p.created_at >= :from -- if :from
               AND p.created_at < :to -- if :to
             ORDER BY p.id DESC
             LIMIT :rows
            """;

    private final DatabaseClient database;
    private final PaymentRow rows;

    PaymentList(DatabaseClient database, PaymentRow rows) {
        this.database = database;
        this.rows = rows;
    }

    /** The payments of the page, plus one if another page follows. */
    Flux<Payment> list(Page page) {
        return bindings(page).bindTo(database, LIST).map(rows::read).all();
    }

    /** @throws dev.jangbu.api.http.Problem 422 if a filter or the cursor is invalid */
    static Bindings bindings(Page page) {
        PaymentStatus status = page.filter("status", "must be a payment's status", PaymentStatus::valueOf);
        Instant from = page.filter("from", "must be a time such as 2026-01-31T00:00:00Z", PaymentList::time);
        Instant to = page.filter("to", "must be a time such as 2026-01-31T00:00:00Z", PaymentList::time);
        UUID after = page.after(Ids::inCursor);
        return new Bindings()
                .optional("status", status == null ? null : status.name())
                .optional("orderId", page.filter("orderId").orElse(null))
                .optional("sellerId", page.filter("sellerId").orElse(null))
                .optional("from", from)
                .optional("to", to)
                .with("below", after != null ? after : to != null ? firstId(to.plus(ID_MARGIN)) : HIGHEST)
                .with("lowest", from == null ? LOWEST : firstId(from.minus(ID_MARGIN)))
                .with("rows", page.rows());
    }

    /** A time between 1970 and 2999, within the range of PostgreSQL's timestamps. */
    private static Instant time(String text) {
        Instant time = Instant.parse(text);
        if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("out of range");
        }
        return time;
    }

    /** The lowest UUIDv7 of this instant (RFC 9562, section 5.7: the first 48 bits are milliseconds). */
    private static UUID firstId(Instant instant) {
        return new UUID(Math.max(0, instant.toEpochMilli()) << 16, 0);
    }
}
