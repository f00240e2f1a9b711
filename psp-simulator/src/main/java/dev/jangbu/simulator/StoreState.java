package dev.jangbu.simulator;

import dev.jangbu.simulator.StoredEvent.BehaviourShown;
import dev.jangbu.simulator.StoredEvent.Cancelled;
import dev.jangbu.simulator.StoredEvent.Charged;
import dev.jangbu.simulator.StoredEvent.Declined;
import dev.jangbu.simulator.StoredEvent.FaultsChosen;
import dev.jangbu.simulator.StoredEvent.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state that the events add up to, in memory. Not thread-safe: {@link PaymentStore} holds its lock around every
 * use.
 */
final class StoreState {
    private final Map<String, Payment> payments = new HashMap<>();
    private final Map<String, String> paymentKeyByOrder = new HashMap<>();
    private final Map<String, Integer> chargeNumbers = new HashMap<>();
    private final List<String> charges = new ArrayList<>();
    private final Map<String, StoredResult> results = new HashMap<>();
    private final Set<BehaviourShown> shownBehaviours = new HashSet<>();
    private FaultPlan faults = FaultPlan.NONE;

    /** The result of a call in compact form: an error, or the payment as of a number of cancels. */
    private record StoredResult(
            String paymentKey, int cancels, @Nullable TossError error) {}

    /**
     * Applies one event; the only way to change the state, at replay and at run time.
     *
     * @throws IllegalStateException if the event contradicts earlier ones, such as a second charge of a payment
     */
    void apply(StoredEvent entry) {
        switch (entry) {
            case Charged e -> {
                open(e.at(), e.paymentKey(), e.orderId(), e.currency(), e.amountMinor(), null, e.call());
                chargeNumbers.put(e.paymentKey(), charges.size());
                charges.add(e.paymentKey());
                store(e.call(), new StoredResult(e.paymentKey(), 0, null));
            }
            case Declined e -> {
                open(e.at(), e.paymentKey(), e.orderId(), e.currency(), e.amountMinor(), e.error(), e.call());
                store(e.call(), new StoredResult(e.paymentKey(), 0, e.error()));
            }
            case Cancelled e -> {
                Payment.Cancel cancel =
                        new Payment.Cancel(e.amountMinor(), e.reason(), Instant.ofEpochMilli(e.at()), e.call());
                Payment payment = existing(e.paymentKey()).cancelled(cancel);
                if (payment.balanceMinor() < 0) {
                    throw new IllegalStateException("cancelled more than was charged: " + e.paymentKey());
                }
                payments.put(e.paymentKey(), payment);
                store(
                        e.call(),
                        new StoredResult(e.paymentKey(), payment.cancels().size(), null));
            }
            case Refused e -> store(e.call(), new StoredResult("", 0, e.error()));
            case BehaviourShown e -> shownBehaviours.add(e);
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

    /** The page of charges after {@code after}; null for the first page. */
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
    PaymentResult resultOf(String call) {
        StoredResult stored = results.get(call);
        if (stored == null) {
            return null;
        }
        return stored.error() == null
                ? new PaymentResult.Success(existing(stored.paymentKey()).asOfCancels(stored.cancels()))
                : new PaymentResult.Failure(stored.error());
    }

    boolean isShown(BehaviourShown behaviour) {
        return shownBehaviours.contains(behaviour);
    }

    FaultPlan faults() {
        return faults;
    }

    /** The number of stored objects, a few hundred bytes each. */
    long size() {
        return (long) payments.size() + results.size() + shownBehaviours.size();
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

    private void store(@Nullable String call, StoredResult result) {
        if (call != null) {
            results.put(call, result);
        }
    }

    private Payment existing(String paymentKey) {
        Payment payment = payments.get(paymentKey);
        if (payment == null) {
            throw new IllegalStateException("no such payment: " + paymentKey);
        }
        return payment;
    }
}
