package dev.jangbu.api.payment;

import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Lists payments, newest first: in the order of their ids, which begin with the time of their creation. */
@Component
class PaymentList {

    static final Set<String> FILTERS = Set.of("status", "orderId", "sellerId", "from", "to");

    /** An id was made just before its payment was: a narrower range of ids can't miss one, if clocks agree on the minute. */
    private static final Duration ID_MARGIN = Duration.ofMinutes(1);

    private static final Instant LATEST = Instant.parse("2999-12-31T23:59:59Z");
    private static final UUID HIGHEST = new UUID(-1, -1);
    private static final UUID LOWEST = new UUID(0, 0);

    /** The index of the seller's lines gives their payments in the list's order, so the limit ends the reading. */
    private static final String OF_SELLER = """
              JOIN (SELECT DISTINCT payment_id
                      FROM payment_lines
                     WHERE seller_id = :sellerId AND payment_id < :below AND payment_id >= :lowest
                     ORDER BY payment_id DESC) AS sold
                ON sold.payment_id = p.id
            """;

    private final DatabaseClient database;
    private final PaymentRow rows;

    PaymentList(DatabaseClient database, PaymentRow rows) {
        this.database = database;
        this.rows = rows;
    }

    /**
     * A list as a statement.
     *
     * @param sql with the names of the values
     */
    record Query(String sql, Map<String, Object> values) {}

    /** The page's payments, and one more if there are more. */
    Flux<Payment> list(Page page) {
        Query query = query(page);
        return database.sql(query.sql())
                .bindValues(query.values())
                .map(rows::read)
                .all();
    }

    /** @throws dev.jangbu.api.http.Problem 422 if a filter or the cursor can't be read */
    static Query query(Page page) {
        PaymentStatus status = page.filter("status", "must be a payment's status", PaymentStatus::valueOf);
        String orderId = page.filter("orderId").orElse(null);
        String sellerId = page.filter("sellerId").orElse(null);
        Instant from = page.filter("from", "must be a time such as 2026-01-31T00:00:00Z", PaymentList::time);
        Instant to = page.filter("to", "must be a time such as 2026-01-31T00:00:00Z", PaymentList::time);
        UUID after = page.after(Ids::inCursor);

        Map<String, Object> given = new LinkedHashMap<>();
        // Each filter that is given is a condition, so that each combination has a plan of its own.
        StringBuilder sql = new StringBuilder(PaymentRow.SELECT);
        if (sellerId != null) {
            sql.append(OF_SELLER);
            given.put("sellerId", sellerId);
        }
        sql.append(" WHERE p.id < :below AND p.id >= :lowest");
        if (status != null) {
            sql.append(" AND p.status = :status");
            given.put("status", status.name());
        }
        if (orderId != null) {
            sql.append(" AND p.order_id = :orderId");
            given.put("orderId", orderId);
        }
        if (from != null) {
            sql.append(" AND p.created_at >= :from");
            given.put("from", from);
        }
        if (to != null) {
            sql.append(" AND p.created_at < :to");
            given.put("to", to);
        }
        sql.append(" ORDER BY ")
                .append(sellerId == null ? "p.id" : "sold.payment_id")
                .append(" DESC LIMIT :rows");
        given.put("below", after != null ? after : to != null ? firstId(to.plus(ID_MARGIN)) : HIGHEST);
        given.put("lowest", from == null ? LOWEST : firstId(from.minus(ID_MARGIN)));
        given.put("rows", page.rows());
        return new Query(sql.toString(), given);
    }

    /** A time that a payment can have been created at: years beyond a timestamp's range are no use to anyone. */
    private static Instant time(String text) {
        Instant time = Instant.parse(text);
        if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("out of range");
        }
        return time;
    }

    /** No UUIDv7 of this moment or later is lower (RFC 9562, section 5.7: it begins with 48 bits of milliseconds). */
    private static UUID firstId(Instant moment) {
        return new UUID(Math.max(0, moment.toEpochMilli()) << 16, 0);
    }
}
