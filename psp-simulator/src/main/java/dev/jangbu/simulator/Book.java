package dev.jangbu.simulator;

import dev.jangbu.simulator.BookEntry.BehaviourSpent;
import dev.jangbu.simulator.BookEntry.Cancelled;
import dev.jangbu.simulator.BookEntry.Charged;
import dev.jangbu.simulator.BookEntry.Declined;
import dev.jangbu.simulator.BookEntry.FaultsChosen;
import dev.jangbu.simulator.BookEntry.Refused;
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
 * What the provider truly did: every charge, refusal and cancel, and the answer that each idempotency key got.
 *
 * <p>It lives in memory and in a {@link Journal}. A decision is made and appended under one lock; whatever a method
 * returns is on the disk, reads included, so that nobody is ever told what a crash could still undo.
 *
 * <p>Memory grows with the payments. A full book refuses new entries rather than die: see {@link #BYTES_PER_ENTRY}.
 */
final class Book implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Book.class);
    private static final int CANCELS_LIMIT = 1_000;

    /**
     * Heap that one payment, or one kept answer, is given: about twice what it takes. A heap of 96 MiB so holds some
     * 95,000 payments that were confirmed with an idempotency key.
     */
    private static final long BYTES_PER_ENTRY = 512;

    private final Clock clock;
    private final long limit;
    private boolean full;
    private final ReentrantLock lock = new ReentrantLock();
    private final BookState state = new BookState();
    private final Journal journal;

    /**
     * Opens the book, reading all of its journal.
     *
     * @throws IOException if the journal cannot be used
     * @throws java.io.UncheckedIOException if a whole line of it is unreadable: no charge is dropped silently
     */
    Book(Path file, Clock clock) throws IOException {
        this(file, clock, Runtime.getRuntime().maxMemory() / BYTES_PER_ENTRY);
    }

    /** A book that remembers at most {@code limit} payments and answers. */
    Book(Path file, Clock clock, long limit) throws IOException {
        this.clock = clock;
        this.limit = limit;
        BookState replayed = state;
        this.journal = Journal.open(file, line -> replayed.apply(BookEntry.parse(line)));
    }

    /** Charges the buyer, unless the payment was charged or refused before. */
    Answer confirm(Commands.Confirm confirm, @Nullable String call) {
        return durably(() -> {
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
            return shown(state.payment(confirm.paymentKey()));
        });
    }

    /** Refuses the card, which aborts the payment for good. */
    Answer decline(Commands.Confirm confirm, @Nullable String call) {
        return durably(() -> {
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
            return new Answer.Refused(TossError.REJECT_CARD_COMPANY);
        });
    }

    /** Gives money back, all that is left or a part of it. */
    Answer cancel(Commands.Cancel cancel, @Nullable String call) {
        return durably(() -> {
            Payment payment = state.payment(cancel.paymentKey());
            if (payment == null) {
                return refuse(TossError.NOT_FOUND_PAYMENT, call);
            }
            TossError objection = objection(payment, cancel);
            if (objection != null) {
                return refuse(objection, call);
            }
            long amountMinor = amountToCancel(payment, cancel);
            append(new Cancelled(clock.millis(), cancel.paymentKey(), amountMinor, cancel.reason(), call));
            return shown(state.payment(cancel.paymentKey()));
        });
    }

    /** Refuses a cancel that could be done; the next one may succeed. */
    Answer refuseCancel(Commands.Cancel cancel, @Nullable String call) {
        return durably(() -> {
            Payment payment = state.payment(cancel.paymentKey());
            TossError objection = payment == null ? TossError.NOT_FOUND_PAYMENT : objection(payment, cancel);
            return refuse(objection == null ? TossError.NOT_CANCELABLE_PAYMENT : objection, call);
        });
    }

    /** Whether {@link #cancel} would be done. */
    boolean cancellable(Commands.Cancel cancel) {
        return durably(() -> {
            Payment payment = state.payment(cancel.paymentKey());
            return payment != null && objection(payment, cancel) == null;
        });
    }

    Answer payment(String paymentKey) {
        return durably(() -> shown(state.payment(paymentKey)));
    }

    /** The last payment that was confirmed for the order. */
    Answer paymentOfOrder(String orderId) {
        return durably(() -> shown(state.lastPaymentOf(orderId)));
    }

    /**
     * Payments that were charged, oldest first.
     *
     * @param after the payment key of the last one seen, or null for the beginning
     * @throws InvalidRequestException if {@code after} was never charged
     */
    List<Payment> charges(@Nullable String after, int count) {
        return durably(() -> state.charges(after, count));
    }

    /** The answer that a call with an idempotency key got, or null if it got none. */
    @Nullable
    Answer answerOf(String call) {
        return durably(() -> state.answerOf(call));
    }

    /** True the first time that it is asked about this kind of call and payment key, ever. */
    boolean spendBehaviour(Operation operation, String paymentKey) {
        return durably(() -> {
            BehaviourSpent entry = new BehaviourSpent(operation, paymentKey);
            if (state.isSpent(entry)) {
                return false;
            }
            append(entry);
            return true;
        });
    }

    FaultPlan faults() {
        return durably(state::faults);
    }

    void chooseFaults(FaultPlan plan) {
        durably(() -> {
            append(new FaultsChosen(plan.seed(), plan.ratesPerMillion()));
            return plan;
        });
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }

    private <T extends @Nullable Object> T durably(Supplier<T> decision) {
        T decided;
        long line;
        lock.lock();
        try {
            decided = decision.get();
            line = journal.appended();
        } finally {
            lock.unlock();
        }
        journal.awaitForced(line);
        return decided;
    }

    private static @Nullable TossError objection(Payment payment, Commands.Cancel cancel) {
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

    private Answer refuse(TossError error, @Nullable String call) {
        if (call != null) {
            append(new Refused(call, error));
        }
        return new Answer.Refused(error);
    }

    private void append(BookEntry entry) {
        // Faults can always be switched off.
        if (state.size() >= limit && !(entry instanceof FaultsChosen)) {
            throw full();
        }
        byte[] line = entry.line();
        state.apply(entry);
        journal.append(line);
    }

    private BookUnusableException full() {
        if (!full) {
            full = true;
            LOG.error(
                    "The book is full at {} payments and answers: give the process more heap, or a new folder", limit);
        }
        return new BookUnusableException("the book is full", null);
    }

    private static Answer shown(@Nullable Payment payment) {
        return payment == null ? new Answer.Refused(TossError.NOT_FOUND_PAYMENT) : new Answer.Shown(payment);
    }
}
