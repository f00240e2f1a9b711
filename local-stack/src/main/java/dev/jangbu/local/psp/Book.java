package dev.jangbu.local.psp;

import dev.jangbu.local.psp.BookEntry.BehaviourSpent;
import dev.jangbu.local.psp.BookEntry.Cancelled;
import dev.jangbu.local.psp.BookEntry.Charged;
import dev.jangbu.local.psp.BookEntry.Declined;
import dev.jangbu.local.psp.BookEntry.FaultsChosen;
import dev.jangbu.local.psp.BookEntry.Refused;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the provider truly did: every charge, refusal and cancel, and the answer that each idempotency key got.
 *
 * <p>It lives in memory and in a {@link Journal}. A decision is made and appended under one lock; whatever a method returns is on
 * the disk, reads included, so that nobody is ever told what a crash could still undo.
 *
 * <p>About 0.5 KB of heap per payment. A full book refuses new entries rather than die: it takes one per KiB of the largest heap.
 */
final class Book implements Closeable {
    private static final int CANCELS_LIMIT = 1_000;

    private final Clock clock;
    private final long limit = Runtime.getRuntime().maxMemory() / 1024;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Payment> payments = new HashMap<>();
    private final Map<String, String> paymentKeyByOrder = new HashMap<>();
    private final Map<String, Integer> chargeNumbers = new HashMap<>();
    private final List<String> charges = new ArrayList<>();
    private final Map<String, KeptAnswer> answers = new HashMap<>();
    private final Set<BehaviourSpent> spent = new HashSet<>();
    private FaultPlan faults = FaultPlan.NONE;
    private final Journal journal;

    /** The answer to a call, as little as it can be made from again: an error, or the payment as of so many cancels. */
    private record KeptAnswer(String paymentKey, int cancels, @Nullable TossError error) {}

    /**
     * Opens the book, reading all of its journal.
     *
     * @throws IOException if the journal cannot be used; java.io.UncheckedIOException if a whole line of it is unreadable
     */
    Book(Path file, Clock clock) throws IOException {
        this.clock = clock;
        this.journal = Journal.open(file, line -> apply(BookEntry.parse(line)));
    }

    /** Charges the buyer, unless the payment was charged or refused before. */
    Answer confirm(Commands.Confirm confirm, @Nullable String call) {
        return durably(() -> payments.containsKey(confirm.paymentKey())
                ? refuse(TossError.ALREADY_PROCESSED_PAYMENT, call)
                : record(
                        new Charged(
                                now(),
                                confirm.paymentKey(),
                                confirm.orderId(),
                                confirm.currency(),
                                confirm.amountMinor(),
                                call),
                        confirm.paymentKey()));
    }

    /** Refuses the card, which aborts the payment for good. */
    Answer decline(Commands.Confirm confirm, @Nullable String call) {
        return durably(() -> {
            if (payments.containsKey(confirm.paymentKey())) {
                return refuse(TossError.ALREADY_PROCESSED_PAYMENT, call);
            }
            TossError error = TossError.REJECT_CARD_COMPANY;
            record(
                    new Declined(
                            now(),
                            confirm.paymentKey(),
                            confirm.orderId(),
                            confirm.currency(),
                            confirm.amountMinor(),
                            error,
                            call),
                    confirm.paymentKey());
            return new Answer.Refused(error);
        });
    }

    /** Gives money back, all that is left or a part of it. */
    Answer cancel(Commands.Cancel cancel, @Nullable String call) {
        return durably(() -> {
            Payment payment = payments.get(cancel.paymentKey());
            TossError error = objection(payment, cancel);
            if (payment == null || error != null) {
                return refuse(error == null ? TossError.NOT_FOUND_PAYMENT : error, call);
            }
            long amountMinor = amountToCancel(payment, cancel);
            return record(
                    new Cancelled(now(), cancel.paymentKey(), amountMinor, cancel.reason(), call), cancel.paymentKey());
        });
    }

    /** Refuses a cancel that could be done; the next one may succeed. */
    Answer refuseCancel(Commands.Cancel cancel, @Nullable String call) {
        return durably(() -> {
            TossError error = objection(payments.get(cancel.paymentKey()), cancel);
            return refuse(error == null ? TossError.NOT_CANCELABLE_PAYMENT : error, call);
        });
    }

    /** Whether {@link #cancel} would be done. */
    boolean cancellable(Commands.Cancel cancel) {
        return durably(() -> objection(payments.get(cancel.paymentKey()), cancel) == null);
    }

    Answer payment(String paymentKey) {
        return durably(() -> shown(payments.get(paymentKey)));
    }

    /** The last payment that was confirmed for the order. */
    Answer paymentOfOrder(String orderId) {
        return durably(() -> {
            String paymentKey = paymentKeyByOrder.get(orderId);
            return shown(paymentKey == null ? null : payments.get(paymentKey));
        });
    }

    /**
     * Payments that were charged, oldest first.
     *
     * @param after the payment key of the last one seen, or null for the beginning
     * @throws InvalidRequestException if {@code after} was never charged
     */
    List<Payment> charges(@Nullable String after, int count) {
        return durably(() -> {
            Integer last = after == null ? Integer.valueOf(-1) : chargeNumbers.get(after);
            if (last == null) {
                throw new InvalidRequestException("after names a payment that was never charged");
            }
            int from = last + 1;
            int to = Math.min(charges.size(), from + count);
            List<Payment> page = new ArrayList<>();
            for (String paymentKey : charges.subList(from, to)) {
                Payment payment = payments.get(paymentKey);
                if (payment != null) {
                    page.add(payment);
                }
            }
            return page;
        });
    }

    /** The answer that a call with an idempotency key got, or null if it got none. */
    @Nullable Answer answerOf(String call) {
        return durably(() -> {
            KeptAnswer kept = answers.get(call);
            return kept == null ? null : restore(kept);
        });
    }

    /** True the first time that it is asked about this kind of call and payment key, ever. */
    boolean spendBehaviour(Operation operation, String paymentKey) {
        return durably(() -> {
            BehaviourSpent entry = new BehaviourSpent(operation, paymentKey);
            if (spent.contains(entry)) {
                return false;
            }
            append(entry);
            return true;
        });
    }

    FaultPlan faults() {
        return durably(() -> faults);
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

    private static @Nullable TossError objection(@Nullable Payment payment, Commands.Cancel cancel) {
        if (payment == null) {
            return TossError.NOT_FOUND_PAYMENT;
        }
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

    private Answer record(BookEntry entry, String paymentKey) {
        append(entry);
        return shown(payments.get(paymentKey));
    }

    private void append(BookEntry entry) {
        if (payments.size() + answers.size() / 2 + spent.size() / 2 >= limit) {
            throw new IllegalStateException("the book is full: " + payments.size() + " payments");
        }
        byte[] line = entry.line();
        apply(entry);
        journal.append(line);
    }

    /** The only place where the book's memory changes, the same at start and while it runs. */
    private void apply(BookEntry entry) {
        switch (entry) {
            case Charged e -> {
                open(e.at(), e.paymentKey(), e.orderId(), e.currency(), e.amountMinor(), null);
                chargeNumbers.put(e.paymentKey(), charges.size());
                charges.add(e.paymentKey());
                keep(e.call(), new KeptAnswer(e.paymentKey(), 0, null));
            }
            case Declined e -> {
                open(e.at(), e.paymentKey(), e.orderId(), e.currency(), e.amountMinor(), e.error());
                keep(e.call(), new KeptAnswer(e.paymentKey(), 0, e.error()));
            }
            case Cancelled e -> {
                Payment.Cancel cancel = new Payment.Cancel(e.amountMinor(), e.reason(), Instant.ofEpochMilli(e.at()));
                Payment payment = existing(e.paymentKey()).cancelled(cancel);
                if (payment.balanceMinor() < 0) {
                    throw new IllegalStateException("cancelled more than was charged: " + e.paymentKey());
                }
                payments.put(e.paymentKey(), payment);
                keep(e.call(), new KeptAnswer(e.paymentKey(), payment.cancels().size(), null));
            }
            case Refused e -> keep(e.call(), new KeptAnswer("", 0, e.error()));
            case BehaviourSpent e -> spent.add(e);
            case FaultsChosen e -> faults = new FaultPlan(e.seed(), e.ratesPerMillion());
        }
    }

    private void open(
            long at, String paymentKey, String orderId, Currency currency, long amountMinor, @Nullable TossError failure) {
        Payment payment = new Payment(
                paymentKey, orderId, currency, amountMinor, Instant.ofEpochMilli(at), failure, List.of());
        if (payments.putIfAbsent(paymentKey, payment) != null) {
            throw new IllegalStateException("confirmed twice: " + paymentKey);
        }
        paymentKeyByOrder.put(orderId, paymentKey);
    }

    private void keep(@Nullable String call, KeptAnswer answer) {
        if (call != null) {
            answers.put(call, answer);
        }
    }

    private Answer restore(KeptAnswer kept) {
        return kept.error() == null
                ? new Answer.Shown(existing(kept.paymentKey()).asOfCancels(kept.cancels()))
                : new Answer.Refused(kept.error());
    }

    private Payment existing(String paymentKey) {
        Payment payment = payments.get(paymentKey);
        if (payment == null) {
            throw new IllegalStateException("not in the book: " + paymentKey);
        }
        return payment;
    }

    private static Answer shown(@Nullable Payment payment) {
        return payment == null ? new Answer.Refused(TossError.NOT_FOUND_PAYMENT) : new Answer.Shown(payment);
    }

    private long now() {
        return clock.millis();
    }
}
