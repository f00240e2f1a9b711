package dev.jangbu.operator.restore;

import dev.jangbu.operator.restore.PspTransactions.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Compares the PSP's charges and cancellations with the database, which has been completed from Kafka.
 *
 * <ul>
 *   <li>A charge of an order whose payment is not confirmed: the payment becomes EXECUTING, and the recovery adopts the
 *       charge after the opening.
 *   <li>A charge without a payment goes to {@code unsettled_charges}, until its client repeats the payment.
 * </ul>
 */
final class PspComparison {

    private static final String PAYMENTS = """
            SELECT charge.no::integer - 1 AS index, p.id, p.status,
                   EXISTS (SELECT FROM refunds
                            WHERE payment_id = p.id AND status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS has_open_refund,
                   EXISTS (SELECT FROM psp_cancels WHERE payment_id = p.id AND transaction_key = charge.transaction_key)
                       AS has_cancel
              FROM unnest(?, ?) WITH ORDINALITY AS charge (payment_key, transaction_key, no)
              LEFT JOIN payments p ON p.psp = ? AND p.payment_key = charge.payment_key
             ORDER BY index
            """;

    /** One candidate at most: the newest open payment of the order, else the newest expired one. */
    private static final String UNCONFIRMED = """
            SELECT id
              FROM payments
             WHERE order_id = ? AND psp = ? AND currency = ? AND amount = ? AND status IN ('READY', 'ACCEPTED', 'EXPIRED')
                   AND (payment_key IS NULL OR payment_key = ?)
             ORDER BY status = 'EXPIRED', created_at DESC
             LIMIT 1
            """;

    /** Its lease is over: the recovery takes it. */
    private static final String ADOPT = """
            UPDATE payments
               SET status = 'EXECUTING', version = version + 1, cause = 'restored', payment_key = ?,
                   first_attempt_at = coalesce(first_attempt_at, ?), lease_until = now(), next_attempt_at = NULL
             WHERE id = ?
            """;

    private static final String INSERT_UNSETTLED = """
            INSERT INTO unsettled_charges (psp, payment_key, order_id, currency, amount) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (psp, payment_key) DO NOTHING
            """;

    private static final Set<String> FINAL = Set.of("DECLINED", "CANCELED", "EXPIRED");

    private final Database database;
    private final boolean applies;
    private final Set<String> restoredKeys = new HashSet<>();
    private final Report report;

    /**
     * @param database of the role that may write, if this applies
     * @param references the lost references; a plan has not restored them
     */
    PspComparison(Database database, boolean applies, List<LostReference> references, Report report) {
        this.database = database;
        this.applies = applies;
        this.report = report;
        for (LostReference lost : references) {
            if (lost.common().getPaymentKey() != null) {
                restoredKeys.add(lost.common().getPaymentKey());
            }
            if (lost.common().getTransactionKey() != null) {
                restoredKeys.add(lost.common().getTransactionKey());
            }
        }
    }

    private record Known(
            int index, @Nullable UUID id, @Nullable String status, boolean hasOpenRefund, boolean hasCancel) {}

    void compare(PspTransactions psp, Instant from, Instant until) throws SQLException {
        psp.read(from, until, this::compare);
    }

    private void compare(List<Transaction> page) throws SQLException {
        List<Known> known = database.list(
                PAYMENTS,
                row -> new Known(
                        row.getInt("index"),
                        row.getObject("id", UUID.class),
                        row.getString("status"),
                        row.getBoolean("has_open_refund"),
                        row.getBoolean("has_cancel")),
                page.stream().map(Transaction::paymentKey).toArray(String[]::new),
                page.stream().map(Transaction::transactionKey).toArray(String[]::new),
                PspTransactions.PSP);
        for (Known payment : known) {
            Transaction transaction = page.get(payment.index());
            switch (transaction.status()) {
                case "DONE" -> compareCharge(transaction, payment);
                case "CANCELED", "PARTIAL_CANCELED" -> compareCancel(transaction, payment);
                default -> {}
            }
        }
    }

    private void compareCharge(Transaction charge, Known payment) throws SQLException {
        boolean isOpen = payment.status() != null
                && !FINAL.contains(payment.status())
                && !payment.status().equals("ACCEPTED");
        if (isOpen || restoredKeys.contains(charge.paymentKey())) {
            return;
        }
        List<UUID> candidates = new ArrayList<>(database.list(
                UNCONFIRMED,
                row -> row.getObject("id", UUID.class),
                charge.orderId(),
                PspTransactions.PSP,
                charge.currency(),
                charge.amountMinor(),
                charge.paymentKey()));
        if (!candidates.isEmpty()) {
            adopt(charge, candidates.getFirst());
        } else if (payment.status() != null) {
            report.forPerson("The PSP has charged %s, whose payment %s is %s."
                    .formatted(describe(charge), payment.id(), payment.status()));
        } else if (applies) {
            database.update(
                    INSERT_UNSETTLED,
                    PspTransactions.PSP,
                    charge.paymentKey(),
                    charge.orderId(),
                    charge.currency(),
                    charge.amountMinor());
        } else {
            report.progress("  note the charge of %s, which has no payment".formatted(describe(charge)));
        }
    }

    private void adopt(Transaction charge, UUID payment) throws SQLException {
        report.progress("  confirm payment %s: the PSP has charged %s".formatted(payment, describe(charge)));
        if (applies) {
            try {
                database.update(ADOPT, charge.paymentKey(), charge.at(), payment);
            } catch (SQLException e) {
                if (e.getSQLState() == null || !e.getSQLState().startsWith("23")) {
                    throw e;
                }
                report.forPerson("The PSP has charged %s, and payment %s can't take the charge: %s"
                        .formatted(describe(charge), payment, e.getMessage()));
            }
        }
    }

    private void compareCancel(Transaction cancel, Known payment) {
        // The recovery adopts the cancellation of an open refund.
        if (!payment.hasCancel() && !payment.hasOpenRefund() && !restoredKeys.contains(cancel.transactionKey())) {
            report.forPerson(("The PSP has canceled %s, transaction %s: no refund is known. It is adopted if its client"
                            + " repeats the call.")
                    .formatted(describe(cancel), cancel.transactionKey()));
        }
    }

    private static String describe(Transaction transaction) {
        return "%d %s of order %s with the payment key %s"
                .formatted(
                        transaction.amountMinor(),
                        transaction.currency(),
                        transaction.orderId(),
                        transaction.paymentKey());
    }
}
