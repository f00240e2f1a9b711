package dev.jangbu.api.payment;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.CreationOrder;
import dev.jangbu.api.http.Page;
import java.time.Instant;
import java.util.Set;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Lists payments, newest first, in the order of their creation. */
@Component
class PaymentList {

    static final Set<String> FILTERS = Set.of("status", "orderId", "sellerId", "from", "to");

    /** The index of the seller's lines yields payments in the list's order, so that the limit ends the scan. */
    static final String LIST = """
            SELECT p.*
              FROM payment_details p
              JOIN (SELECT DISTINCT created_at, payment_id                                              -- if :sellerId
                      FROM payment_lines                                                                -- if :sellerId
                     WHERE seller_id = :sellerId                                                        -- if :sellerId
                       AND (created_at, payment_id) < (:createdBelow, :idBelow) AND created_at >= :from -- if :sellerId
                     ORDER BY created_at DESC, payment_id DESC) AS sold                                 -- if :sellerId
                ON sold.payment_id = p.id                                                               -- if :sellerId
             WHERE (p.created_at, p.id) < (:createdBelow, :idBelow) AND p.created_at >= :from
               AND p.status = :status -- if :status
               AND p.order_id = :orderId -- if :orderId
             ORDER BY p.created_at DESC, p.id DESC
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
        Instant from = page.time("from");
        Instant to = page.time("to");
        CreationOrder after = page.after(CreationOrder::parse);
        CreationOrder first = to == null || to.isAfter(CreationOrder.NEWEST.createdAt())
                ? CreationOrder.NEWEST
                : CreationOrder.before(to);
        Bindings bindings = new Bindings()
                .optional("status", status == null ? null : status.name())
                .optional("orderId", page.filter("orderId").orElse(null))
                .optional("sellerId", page.filter("sellerId").orElse(null))
                .with("from", from == null ? Instant.EPOCH : from)
                .with("rows", page.rows());
        return (after == null ? first : after).bindTo(bindings);
    }
}
