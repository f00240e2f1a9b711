package dev.jangbu.simulator;

import dev.jangbu.simulator.StoredEvent.BehaviourShown;
import dev.jangbu.simulator.StoredEvent.Cancelled;
import dev.jangbu.simulator.StoredEvent.Charged;
import dev.jangbu.simulator.StoredEvent.Declined;
import dev.jangbu.simulator.StoredEvent.FaultsChosen;
import dev.jangbu.simulator.StoredEvent.Refused;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable record of all charges, declines and cancels, with the result stored under each idempotency key.
 * Thread-safe.
 *
 * <p>The state is in memory and in an {@link AppendOnlyFile}. Each operation decides and appends under one lock. Every
 * method, reads included, returns only after the file has been forced, so a response never shows state that a crash
 * could undo.
 *
 * <p>Memory grows with the number of payments. A full store rejects new entries: see {@link #BYTES_PER_ENTRY}.
 */
final class PaymentStore implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(PaymentStore.class);
    private static final int CANCELS_LIMIT = 1_000;

    /**
     * Heap reserved for one payment or one stored result, in bytes; about twice the real use. A heap of 96 MiB holds
     * some 95,000 payments confirmed with an idempotency key.
     */
    private static final long BYTES_PER_ENTRY = 512;

    private final Clock clock;
    private final long limit;
    private boolean full;
    private final ReentrantLock lock = new ReentrantLock();
    private final StoreState state = new StoreState();
    private final AppendOnlyFile file;

    /**
     * Opens the file and replays all of it.
     *
     * @throws IOException if the file cannot be used
     * @throws java.io.UncheckedIOException if a complete line is unreadable: no charge is dropped silently
     */
    PaymentStore(Path file, Clock clock) throws IOException {
        this(file, clock, Runtime.getRuntime().maxMemory() / BYTES_PER_ENTRY);
    }

    /** Opens a store of at most {@code limit} payments and results. */
    PaymentStore(Path file, Clock clock, long limit) throws IOException {
        this.clock = clock;
        this.limit = limit;
        this.file = AppendOnlyFile.open(file, line -> state.apply(StoredEvent.parse(line)));
    }

    /** Charges the buyer, unless the payment was charged or declined before. */
    PaymentResult confirm(Commands.Confirm confirm, @Nullable String call) {
        return commit(() -> {
            if (state.payment(confirm.paymentKey()) != null) {
                return refuse(TossError.ALREADY_PROCESSED_PAYMENT, call);
            }
            append(new Charged(
                    clock.millis(),
                    confirm.paymentKey(),
                    confirm.orderId(),
                    confirm.currency(),
                    confirm.amountMinor(),
                    call));
            return found(state.payment(confirm.paymentKey()));
        });
    }

    /** Declines the card; the payment stays aborted. */
    PaymentResult decline(Commands.Confirm confirm, @Nullable String call) {
        return commit(() -> {
            if (state.payment(confirm.paymentKey()) != null) {
                return refuse(TossError.ALREADY_PROCESSED_PAYMENT, call);
            }
            append(new Declined(
                    clock.millis(),
                    confirm.paymentKey(),
                    confirm.orderId(),
                    confirm.currency(),
                    confirm.amountMinor(),
                    TossError.REJECT_CARD_COMPANY,
                    call));
            return new PaymentResult.Failure(TossError.REJECT_CARD_COMPANY);
        });
    }

    /** Cancels the remaining amount or a part of it. */
    PaymentResult cancel(Commands.Cancel cancel, @Nullable String call) {
        return commit(() -> {
            Payment payment = state.payment(cancel.paymentKey());
            if (payment == null) {
                return refuse(TossError.NOT_FOUND_PAYMENT, call);
            }
            TossError cancelError = cancelError(payment, cancel);
            if (cancelError != null) {
                return refuse(cancelError, call);
            }
            long amountMinor = amountToCancel(payment, cancel);
            append(new Cancelled(clock.millis(), cancel.paymentKey(), amountMinor, cancel.reason(), call));
            return found(state.payment(cancel.paymentKey()));
        });
    }

    /** Declines a cancel that is valid; the next one may succeed. */
    PaymentResult declineCancel(Commands.Cancel cancel, @Nullable String call) {
        return commit(() -> {
            Payment payment = state.payment(cancel.paymentKey());
            TossError cancelError = payment == null ? TossError.NOT_FOUND_PAYMENT : cancelError(payment, cancel);
            return refuse(cancelError == null ? TossError.NOT_CANCELABLE_PAYMENT : cancelError, call);
        });
    }

    /** True if {@link #cancel} would succeed. */
    boolean cancellable(Commands.Cancel cancel) {
        return commit(() -> {
            Payment payment = state.payment(cancel.paymentKey());
            return payment != null && cancelError(payment, cancel) == null;
        });
    }

    PaymentResult payment(String paymentKey) {
        return commit(() -> found(state.payment(paymentKey)));
    }

    /** The last payment confirmed for the order. */
    PaymentResult paymentOfOrder(String orderId) {
        return commit(() -> found(state.lastPaymentOf(orderId)));
    }

    /**
     * Charged payments, oldest first.
     *
     * @param after the payment key of the last charge of the previous page, or null for the first page
     * @throws InvalidRequestException if {@code after} was never charged
     */
    List<Payment> charges(@Nullable String after, int count) {
        return commit(() -> state.charges(after, count));
    }

    /** The result stored for an idempotent call, or null if there is none. */
    @Nullable
    PaymentResult resultOf(String call) {
        return commit(() -> state.resultOf(call));
    }

    /** Records that the behaviour named by the payment key was shown; false if it was already recorded. */
    boolean markBehaviourShown(Operation operation, String paymentKey) {
        return commit(() -> {
            BehaviourShown entry = new BehaviourShown(operation, paymentKey);
            if (state.isShown(entry)) {
                return false;
            }
            append(entry);
            return true;
        });
    }

    FaultPlan faults() {
        return commit(state::faults);
    }

    void setFaultPlan(FaultPlan plan) {
        commit(() -> {
            append(new FaultsChosen(plan.seed(), plan.ratesPerMillion()));
            return plan;
        });
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private <T extends @Nullable Object> T commit(Supplier<T> operation) {
        T result;
        long sequence;
        lock.lock();
        try {
            result = operation.get();
            sequence = file.appended();
        } finally {
            lock.unlock();
        }
        file.awaitDurable(sequence);
        return result;
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
        return amountToCancel(payment, cancel) > payment.balanceMinor() ? TossError.NOT_CANCELABLE_AMOUNT : null;
    }

    private static long amountToCancel(Payment payment, Commands.Cancel cancel) {
        return cancel.amount() == null
                ? payment.balanceMinor()
                : payment.currency().minor(cancel.amount());
    }

    private PaymentResult refuse(TossError error, @Nullable String call) {
        if (call != null) {
            append(new Refused(call, error));
        }
        return new PaymentResult.Failure(error);
    }

    private void append(StoredEvent entry) {
        // Faults can be switched off in a full store.
        if (state.size() >= limit && !(entry instanceof FaultsChosen)) {
            throw full();
        }
        byte[] line = entry.line();
        state.apply(entry);
        file.append(line);
    }

    private StoreFailedException full() {
        if (!full) {
            full = true;
            log.error(
                    "The payment store is full at {} payments and results: start with more heap or a new folder",
                    limit);
        }
        return new StoreFailedException("the payment store is full", null);
    }

    private static PaymentResult found(@Nullable Payment payment) {
        return payment == null
                ? new PaymentResult.Failure(TossError.NOT_FOUND_PAYMENT)
                : new PaymentResult.Success(payment);
    }
}
