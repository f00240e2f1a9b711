package dev.jangbu.simulator;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The durable record of all charges, declines and cancels, with the result of each idempotent call. Thread-safe. Every
 * method returns after its transaction is on disk, so a response never shows state that a crash could undo.
 */
final class PaymentStore implements Closeable {
    private static final int CANCELS_LIMIT = 1_000;

    /**
     * How long a key's result is repeated after its first call.
     *
     * @see <a href="https://docs.tosspayments.com/reference/using-api/idempotency-key">Toss Payments: idempotency
     *     keys</a>
     */
    static final int KEY_MEMORY_DAYS = 15;

    /** 2 GiB: some millions of payments. */
    private static final int MAX_PAGES = 512 * 1024;

    /**
     * A row of {@code calls} is a call that changed a payment, or a refused one with an idempotency key. Amounts are
     * minor units, times epoch milliseconds. A payment is its CHARGE or DECLINE row with the CANCEL rows of its key.
     * CHARGE and CANCEL rows are its transactions.
     */
    private static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS calls (
                no INTEGER PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('CHARGE', 'DECLINE', 'CANCEL', 'REFUSAL')),
                payment_key TEXT NOT NULL,
                order_id TEXT,
                currency TEXT,
                amount_minor INTEGER,
                transaction_key TEXT UNIQUE,
                reason TEXT,
                error TEXT,
                at INTEGER NOT NULL,
                address TEXT NOT NULL,
                idempotency_key TEXT
            ) STRICT;
            CREATE INDEX IF NOT EXISTS keys ON calls (address, idempotency_key);
            CREATE INDEX IF NOT EXISTS transactions ON calls (at, no) WHERE transaction_key IS NOT NULL;
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
    PaymentResult confirm(
            Commands.Confirm confirm, Currency currency, @Nullable TossError decline, IdempotentCalls.Call call) {
        long amountMinor = currency.minor(confirm.amount());
        return database.commit(() -> {
            int added = database.update(
                    """
                    INSERT INTO calls
                        (kind, payment_key, order_id, currency, amount_minor, transaction_key, error, at, address,
                         idempotency_key)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (payment_key) WHERE kind IN ('CHARGE', 'DECLINE') DO NOTHING""",
                    decline == null ? "CHARGE" : "DECLINE",
                    confirm.paymentKey(),
                    confirm.orderId(),
                    currency.code(),
                    amountMinor,
                    decline == null ? transactionKey(confirm.paymentKey(), 0) : null,
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
    PaymentResult cancel(
            String paymentKey, Commands.Cancel cancel, @Nullable TossError decline, IdempotentCalls.Call call) {
        return database.commit(() -> switch (check(paymentKey, cancel)) {
            case PaymentResult.Failure failure -> refuse(paymentKey, failure.error(), call);
            case PaymentResult.Success success -> {
                if (decline != null) {
                    yield refuse(paymentKey, decline, call);
                }
                database.update(
                        """
                        INSERT INTO calls
                            (kind, payment_key, amount_minor, transaction_key, reason, at, address, idempotency_key)
                        VALUES ('CANCEL', ?, ?, ?, ?, ?, ?, ?)""",
                        paymentKey,
                        cancel.amountMinor(success.payment()),
                        transactionKey(paymentKey, success.payment().cancels().size() + 1),
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

    /**
     * Charges and cancels by their time.
     *
     * @param from inclusive
     * @param until exclusive
     * @param after the transaction key of the last one of the previous page; empty for the first page
     * @return empty if {@code after} is no transaction
     */
    Optional<List<Transaction>> transactions(Instant from, Instant until, String after, int count) {
        return database.commit(() -> {
            Optional<Position> start = after.isEmpty() ? Optional.of(Position.START) : position(after);
            if (start.isEmpty()) {
                return Optional.empty();
            }
            List<Transaction> page = database.query(
                    """
                    SELECT * FROM calls
                     WHERE transaction_key IS NOT NULL AND at >= ? AND at < ? AND (at, no) > (?, ?)
                     ORDER BY at, no
                     LIMIT ?""",
                    this::transaction,
                    from.toEpochMilli(),
                    until.toEpochMilli(),
                    start.get().at(),
                    start.get().no(),
                    count);
            return Optional.of(page);
        });
    }

    /** The place of a transaction in the order of their times. */
    private record Position(long at, long no) {
        static final Position START = new Position(Long.MIN_VALUE, 0);
    }

    private Optional<Position> position(String transactionKey) throws SQLException {
        return database.first(
                "SELECT at, no FROM calls WHERE transaction_key = ?",
                row -> new Position(row.getLong(1), row.getLong(2)),
                transactionKey);
    }

    private Transaction transaction(ResultSet row) throws SQLException {
        long no = row.getLong("no");
        String paymentKey = row.getString("payment_key");
        if (find(paymentKey, no) instanceof PaymentResult.Success success) {
            return new Transaction(
                    row.getString("transaction_key"),
                    paymentKey,
                    success.payment().orderId(),
                    success.payment().currency(),
                    row.getLong("amount_minor"),
                    success.payment().status(),
                    Instant.ofEpochMilli(row.getLong("at")));
        }
        throw new IllegalStateException("A transaction without its payment: " + paymentKey);
    }

    /**
     * The result of an earlier call with this key; empty for a call without one, and for one that is older than the
     * memory of keys.
     */
    Optional<PaymentResult> resultOf(IdempotentCalls.Call call) {
        long forgotten = clock.instant().minus(Duration.ofDays(KEY_MEMORY_DAYS)).toEpochMilli();
        return database.commit(() -> database.first(
                "SELECT * FROM calls WHERE address = ? AND idempotency_key = ? AND at > ? ORDER BY no DESC LIMIT 1",
                this::result,
                call.address(),
                call.key(),
                forgotten));
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

    private PaymentResult refuse(String paymentKey, TossError error, IdempotentCalls.Call call) throws SQLException {
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
                Currency.of(row.getString("currency")),
                row.getLong("amount_minor"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("transaction_key"),
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
                row.getString("transaction_key"),
                row.getLong("amount_minor"),
                row.getString("reason"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("idempotency_key"));
    }

    /**
     * Toss's id of a transaction, 32 hexadecimal digits: 0 is the charge, n the n-th cancel. The same payments have the
     * same ids in each run.
     */
    private static String transactionKey(String paymentKey, int transaction) {
        byte[] name = (paymentKey + '#' + transaction).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString().replace("-", "").toUpperCase(Locale.ROOT);
    }

    private static @Nullable TossError error(ResultSet row) throws SQLException {
        String error = row.getString("error");
        return error == null ? null : TossError.valueOf(error);
    }
}
