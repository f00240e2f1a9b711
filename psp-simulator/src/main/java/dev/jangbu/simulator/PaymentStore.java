package dev.jangbu.simulator;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The durable record of all charges, declines and cancels, with the result of each idempotent call. Thread-safe. Every
 * method returns after its transaction is on disk, so a response never shows state that a crash could undo.
 */
final class PaymentStore implements Closeable {
    private static final int CANCELS_LIMIT = 1_000;

    /** 2 GiB: some millions of payments. */
    private static final int MAX_PAGES = 512 * 1024;

    /**
     * A row of {@code calls} is a call that changed a payment, or a refused one with an idempotency key. Amounts are
     * minor units, times epoch milliseconds. A payment is its CHARGE or DECLINE row with the CANCEL rows of its key.
     */
    private static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS calls (
                no INTEGER PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('CHARGE', 'DECLINE', 'CANCEL', 'REFUSAL')),
                payment_key TEXT NOT NULL,
                order_id TEXT,
                currency TEXT,
                amount_minor INTEGER,
                reason TEXT,
                error TEXT,
                at INTEGER NOT NULL,
                address TEXT NOT NULL,
                idempotency_key TEXT,
                UNIQUE (address, idempotency_key)
            ) STRICT;
            CREATE UNIQUE INDEX IF NOT EXISTS payments ON calls (payment_key) WHERE kind IN ('CHARGE', 'DECLINE');
            CREATE INDEX IF NOT EXISTS orders ON calls (order_id) WHERE kind IN ('CHARGE', 'DECLINE');
            CREATE INDEX IF NOT EXISTS cancels ON calls (payment_key) WHERE kind = 'CANCEL';
            CREATE TABLE IF NOT EXISTS shown_behaviours (
                operation TEXT, payment_key TEXT, PRIMARY KEY (operation, payment_key)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS fault_plan (only INTEGER PRIMARY KEY CHECK (only = 1), plan TEXT NOT NULL) STRICT;
            """;

    private final Database database;
    private final Clock clock;

    /**
     * Opens the store in a folder, which is created if absent.
     *
     * @throws IOException if its file cannot be used
     */
    PaymentStore(Path folder, Clock clock) throws IOException {
        this.clock = clock;
        Path file = Files.createDirectories(folder).resolve("payments.db");
        try {
            database = new Database(file, SCHEMA, MAX_PAGES);
        } catch (SQLException e) {
            throw new IOException("the payment store cannot be opened: " + file, e);
        }
    }

    /**
     * Charges the buyer, unless the payment was charged or declined before.
     *
     * @param decline declines the card instead, with this error; the payment stays aborted
     */
    PaymentResult confirm(Commands.Confirm confirm, @Nullable TossError decline, IdempotentCall call) {
        return database.commit(() -> {
            int added = database.update(
                    """
                    INSERT INTO calls
                        (kind, payment_key, order_id, currency, amount_minor, error, at, address, idempotency_key)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (payment_key) WHERE kind IN ('CHARGE', 'DECLINE') DO NOTHING""",
                    decline == null ? "CHARGE" : "DECLINE",
                    confirm.paymentKey(),
                    confirm.orderId(),
                    confirm.currency(),
                    confirm.amountMinor(),
                    decline,
                    clock.millis(),
                    call.address(),
                    call.key());
            if (added == 0) {
                return refuse(confirm.paymentKey(), TossError.ALREADY_PROCESSED_PAYMENT, call);
            }
            return decline == null ? find(confirm.paymentKey()) : new PaymentResult.Failure(decline);
        });
    }

    /**
     * Cancels the remaining amount or a part of it.
     *
     * @param decline declines a valid cancel instead, with this error; the next one may succeed
     */
    PaymentResult cancel(String paymentKey, Commands.Cancel cancel, @Nullable TossError decline, IdempotentCall call) {
        return database.commit(() -> switch (check(paymentKey, cancel)) {
            case PaymentResult.Failure failure -> refuse(paymentKey, failure.error(), call);
            case PaymentResult.Success success -> {
                if (decline != null) {
                    yield refuse(paymentKey, decline, call);
                }
                database.update(
                        """
                        INSERT INTO calls (kind, payment_key, amount_minor, reason, at, address, idempotency_key)
                        VALUES ('CANCEL', ?, ?, ?, ?, ?, ?)""",
                        paymentKey,
                        cancel.amountMinor(success.payment()),
                        cancel.cancelReason(),
                        clock.millis(),
                        call.address(),
                        call.key());
                yield find(paymentKey);
            }
        });
    }

    /** True if {@link #cancel} would succeed. */
    boolean cancellable(String paymentKey, Commands.Cancel cancel) {
        return database.commit(() -> check(paymentKey, cancel) instanceof PaymentResult.Success);
    }

    PaymentResult payment(String paymentKey) {
        return database.commit(() -> find(paymentKey));
    }

    /** The last payment confirmed for the order. */
    PaymentResult paymentOfOrder(String orderId) {
        return database.commit(() -> PaymentResult.of(database.first(
                "SELECT * FROM calls WHERE kind IN ('CHARGE', 'DECLINE') AND order_id = ? ORDER BY no DESC LIMIT 1",
                row -> payment(row, Long.MAX_VALUE),
                orderId)));
    }

    /**
     * Charged payments, oldest first.
     *
     * @param after the payment key of the last charge of the previous page; empty for the first page
     * @throws InvalidRequestException if {@code after} was never charged
     */
    List<Payment> charges(String after, int count) {
        return database.commit(() -> database.query(
                "SELECT * FROM calls WHERE kind = 'CHARGE' AND no > ? ORDER BY no LIMIT ?",
                row -> payment(row, Long.MAX_VALUE),
                after.isEmpty() ? 0 : numberOfCharge(after),
                count));
    }

    /** The result of an earlier call with this key; empty for a call without one. */
    Optional<PaymentResult> resultOf(IdempotentCall call) {
        return database.commit(() -> database.first(
                "SELECT * FROM calls WHERE address = ? AND idempotency_key = ?",
                this::result,
                call.address(),
                call.key()));
    }

    /** Records that the behaviour named by the payment key was shown; false if it was already recorded. */
    boolean markBehaviourShown(Operation operation, String paymentKey) {
        return database.commit(() ->
                database.update("INSERT OR IGNORE INTO shown_behaviours VALUES (?, ?)", operation, paymentKey) == 1);
    }

    FaultPlan faults() {
        return database.commit(
                () -> database.first("SELECT plan FROM fault_plan", row -> FaultPlan.parse(row.getBytes(1)))
                        .orElse(FaultPlan.NONE));
    }

    void setFaultPlan(FaultPlan plan) {
        database.commit(() -> database.update("INSERT OR REPLACE INTO fault_plan VALUES (1, ?)", plan.toJson()));
    }

    @Override
    public void close() throws IOException {
        database.close();
    }

    private PaymentResult check(String paymentKey, Commands.Cancel cancel) throws SQLException {
        PaymentResult found = find(paymentKey);
        TossError error =
                found instanceof PaymentResult.Success success ? cancelError(success.payment(), cancel) : null;
        return error == null ? found : new PaymentResult.Failure(error);
    }

    private static @Nullable TossError cancelError(Payment payment, Commands.Cancel cancel) {
        if (payment.failure() != null) {
            return TossError.NOT_CANCELABLE_PAYMENT;
        }
        if (payment.balanceMinor() == 0) {
            return TossError.ALREADY_CANCELED_PAYMENT;
        }
        if (payment.cancels().size() >= CANCELS_LIMIT) {
            return TossError.FORBIDDEN_CONSECUTIVE_REQUEST;
        }
        return cancel.amountMinor(payment) > payment.balanceMinor() ? TossError.NOT_CANCELABLE_AMOUNT : null;
    }

    private PaymentResult refuse(String paymentKey, TossError error, IdempotentCall call) throws SQLException {
        if (call.key() != null) {
            database.update("""
                    INSERT INTO calls (kind, payment_key, error, at, address, idempotency_key)
                    VALUES ('REFUSAL', ?, ?, ?, ?, ?)""", paymentKey, error, clock.millis(), call.address(), call.key());
        }
        return new PaymentResult.Failure(error);
    }

    private PaymentResult find(String paymentKey) throws SQLException {
        return find(paymentKey, Long.MAX_VALUE);
    }

    /** The payment after the call with number {@code asOf}. */
    private PaymentResult find(String paymentKey, long asOf) throws SQLException {
        return PaymentResult.of(database.first(
                "SELECT * FROM calls WHERE kind IN ('CHARGE', 'DECLINE') AND payment_key = ?",
                row -> payment(row, asOf),
                paymentKey));
    }

    private long numberOfCharge(String paymentKey) throws SQLException {
        return database.first(
                        "SELECT no FROM calls WHERE kind = 'CHARGE' AND payment_key = ?",
                        row -> row.getLong(1),
                        paymentKey)
                .orElseThrow(() -> new InvalidRequestException("after names a payment that was never charged"));
    }

    private PaymentResult result(ResultSet call) throws SQLException {
        TossError error = error(call);
        return error == null
                ? find(call.getString("payment_key"), call.getLong("no"))
                : new PaymentResult.Failure(error);
    }

    private Payment payment(ResultSet row, long asOf) throws SQLException {
        return new Payment(
                row.getString("payment_key"),
                row.getString("order_id"),
                Currency.valueOf(row.getString("currency")),
                row.getLong("amount_minor"),
                Instant.ofEpochMilli(row.getLong("at")),
                error(row),
                database.query(
                        "SELECT * FROM calls WHERE kind = 'CANCEL' AND payment_key = ? AND no <= ? ORDER BY no",
                        PaymentStore::cancel,
                        row.getString("payment_key"),
                        asOf),
                row.getString("idempotency_key"));
    }

    private static Payment.Cancel cancel(ResultSet row) throws SQLException {
        return new Payment.Cancel(
                row.getLong("amount_minor"),
                row.getString("reason"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("idempotency_key"));
    }

    private static @Nullable TossError error(ResultSet row) throws SQLException {
        String error = row.getString("error");
        return error == null ? null : TossError.valueOf(error);
    }
}
