package dev.jangbu.simulator;

import dev.jangbu.simulator.BookEntry.BehaviourSpent;
import dev.jangbu.simulator.BookEntry.Cancelled;
import dev.jangbu.simulator.BookEntry.Charged;
import dev.jangbu.simulator.BookEntry.Declined;
import dev.jangbu.simulator.BookEntry.FaultsChosen;
import dev.jangbu.simulator.BookEntry.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of the book add up to, in memory. Not safe for threads: {@link Book} holds its lock around every
 * use.
 */
final class BookState {
    private final Map<String, Payment> payments = new HashMap<>();
    private final Map<String, String> paymentKeyByOrder = new HashMap<>();
    private final Map<String, Integer> chargeNumbers = new HashMap<>();
    private final List<String> charges = new ArrayList<>();
    private final Map<String, KeptAnswer> answers = new HashMap<>();
    private final Set<BehaviourSpent> spent = new HashSet<>();
    private FaultPlan faults = FaultPlan.NONE;

    /** The answer to a call, as little as it can be made from again: an error, or the payment as of so many cancels. */
    private record KeptAnswer(
            String paymentKey, int cancels, @Nullable TossError error) {}

    /**
     * The only place where the state changes, the same at start and while the book runs.
     *
     * @throws IllegalStateException if the entry cannot follow the ones before, such as a second charge of a payment
     */
    void apply(BookEntry entry) {
        switch (entry) {
            case Charged e -> {
                open(e.at(), e.paymentKey(), e.orderId(), e.currency(), e.amountMinor(), null, e.call());
                chargeNumbers.put(e.paymentKey(), charges.size());
                charges.add(e.paymentKey());
                keep(e.call(), new KeptAnswer(e.paymentKey(), 0, null));
            }
            case Declined e -> {
                open(e.at(), e.paymentKey(), e.orderId(), e.currency(), e.amountMinor(), e.error(), e.call());
                keep(e.call(), new KeptAnswer(e.paymentKey(), 0, e.error()));
            }
            case Cancelled e -> {
                Payment.Cancel cancel =
                        new Payment.Cancel(e.amountMinor(), e.reason(), Instant.ofEpochMilli(e.at()), e.call());
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

    @Nullable
    Payment payment(String paymentKey) {
        return payments.get(paymentKey);
    }

    @Nullable
    Payment lastPaymentOf(String orderId) {
        String paymentKey = paymentKeyByOrder.get(orderId);
        return paymentKey == null ? null : payments.get(paymentKey);
    }

    /** The page of charges behind {@code after}; null stands before the first. */
    List<Payment> charges(@Nullable String after, int count) {
        Integer last = after == null ? Integer.valueOf(-1) : chargeNumbers.get(after);
        if (last == null) {
            throw new InvalidRequestException("after names a payment that was never charged");
        }
        int from = last + 1;
        int to = (int) Math.min(charges.size(), (long) from + count);
        List<Payment> page = new ArrayList<>(to - from);
        for (String paymentKey : charges.subList(from, to)) {
            page.add(existing(paymentKey));
        }
        return page;
    }

    @Nullable
    Answer answerOf(String call) {
        KeptAnswer kept = answers.get(call);
        if (kept == null) {
            return null;
        }
        return kept.error() == null
                ? new Answer.Shown(existing(kept.paymentKey()).asOfCancels(kept.cancels()))
                : new Answer.Refused(kept.error());
    }

    boolean isSpent(BehaviourSpent behaviour) {
        return spent.contains(behaviour);
    }

    FaultPlan faults() {
        return faults;
    }

    /** How many things it remembers, of a few hundred bytes each. */
    long size() {
        return (long) payments.size() + answers.size() + spent.size();
    }

    private void open(
            long at,
            String paymentKey,
            String orderId,
            Currency currency,
            long amountMinor,
            @Nullable TossError failure,
            @Nullable String call) {
        Payment payment = new Payment(
                paymentKey, orderId, currency, amountMinor, Instant.ofEpochMilli(at), failure, List.of(), call);
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

    private Payment existing(String paymentKey) {
        Payment payment = payments.get(paymentKey);
        if (payment == null) {
            throw new IllegalStateException("not in the book: " + paymentKey);
        }
        return payment;
    }
}
