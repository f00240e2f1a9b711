package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The charges that an operator has found at the PSP alone, when the database was restored. */
@Component
class UnsettledCharges {

    private static final String CONTAINS = """
            SELECT EXISTS (SELECT FROM unsettled_charges
                            WHERE psp = :psp AND payment_key = :paymentKey AND order_id = :orderId
                                  AND currency = :currency AND amount = :amount) AS found
            """;

    private final DatabaseClient database;

    UnsettledCharges(DatabaseClient database) {
        this.database = database;
    }

    /** Whether the charge of the payment's order, key and amount is one of them. */
    Mono<Boolean> contains(Payment payment) {
        return database.sql(CONTAINS)
                .bind("psp", payment.psp())
                .bind("paymentKey", payment.order().paymentKey())
                .bind("orderId", payment.orderId())
                .bind("currency", payment.currency())
                .bind("amount", payment.amountMinor())
                .map(row -> required(row, "found", Boolean.class))
                .one();
    }
}
