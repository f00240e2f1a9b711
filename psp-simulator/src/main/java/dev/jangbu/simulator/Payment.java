package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A payment. Amounts are minor units.
 *
 * @param failure the decline reason; such a payment was never charged and never will be
 * @param cancels oldest first
 * @param call the idempotent call that confirmed it, see {@link IdempotentCalls}; null if it had no key
 */
record Payment(
        String paymentKey,
        String orderId,
        Currency currency,
        long amountMinor,
        Instant confirmedAt,
        @Nullable TossError failure,
        List<Cancel> cancels,
        @Nullable String call) {

    /** One cancel of the amount or a part of it. {@code call} as for the payment. */
    record Cancel(
            long amountMinor,
            String reason,
            Instant canceledAt,
            @Nullable String call) {}

    /** The states of Toss's Payment object. */
    enum Status {
        READY,
        IN_PROGRESS,
        WAITING_FOR_DEPOSIT,
        DONE,
        CANCELED,
        PARTIAL_CANCELED,
        ABORTED,
        EXPIRED
    }

    /**
     * The state in Toss's terms. The simulator has no checkout, so a payment begins at its confirm, charged or
     * declined.
     */
    Status status() {
        if (failure != null) {
            return Status.ABORTED;
        }
        if (cancels.isEmpty()) {
            return Status.DONE;
        }
        return balanceMinor() == 0 ? Status.CANCELED : Status.PARTIAL_CANCELED;
    }

    long cancelledMinor() {
        long sum = 0;
        for (Cancel cancel : cancels) {
            sum = Math.addExact(sum, cancel.amountMinor());
        }
        return sum;
    }

    long balanceMinor() {
        return Math.subtractExact(amountMinor, cancelledMinor());
    }

    /** The payment as it was after this many cancels; used to repeat an earlier response. */
    Payment asOfCancels(int count) {
        return withCancels(List.copyOf(cancels.subList(0, count)));
    }

    Payment cancelled(Cancel cancel) {
        List<Cancel> more = new ArrayList<>(cancels);
        more.add(cancel);
        return withCancels(List.copyOf(more));
    }

    /** The payment with a wrong amount, for the behaviour {@code wrong_amount}. */
    Payment withWrongAmount() {
        return new Payment(
                paymentKey, orderId, currency, Math.addExact(amountMinor, 1), confirmedAt, failure, cancels, call);
    }

    /** The payment with a wrong amount in its last cancel. */
    Payment withWrongLastCancel() {
        Cancel last = cancels.getLast();
        long wrong = last.amountMinor() > 1 ? last.amountMinor() - 1 : 2;
        return asOfCancels(cancels.size() - 1)
                .cancelled(new Cancel(wrong, last.reason(), last.canceledAt(), last.call()));
    }

    /**
     * Toss's key of one movement, 32 hexadecimal digits: 0 is the charge, n the n-th cancel. Derived, so that a
     * repeated response has the same key without storing it.
     */
    String transactionKey(int movement) {
        byte[] name = (paymentKey + '#' + movement).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString().replace("-", "").toUpperCase(Locale.ROOT);
    }

    private Payment withCancels(List<Cancel> others) {
        return new Payment(paymentKey, orderId, currency, amountMinor, confirmedAt, failure, others, call);
    }
}
