package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A payment as the book knows it. Amounts are minor units.
 *
 * @param failure why the card was refused; such a payment was never charged and never will be
 * @param cancels oldest first
 * @param call the idempotent call that it was confirmed by, see {@link IdempotentCalls}; null if it was none
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

    /** One cancel: all or a part of the amount went back to the buyer. The call is as of the payment. */
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

    /** The simulator sees no checkout, so a payment begins at its confirm, charged or refused. */
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

    /** The payment as it was when it had this many cancels: what an earlier answer showed. */
    Payment asOfCancels(int count) {
        return withCancels(List.copyOf(cancels.subList(0, count)));
    }

    Payment cancelled(Cancel cancel) {
        List<Cancel> more = new ArrayList<>(cancels);
        more.add(cancel);
        return withCancels(List.copyOf(more));
    }

    /** A lie: the same payment with another amount, for the behaviour {@code wrong_amount}. */
    Payment withWrongAmount() {
        return new Payment(
                paymentKey, orderId, currency, Math.addExact(amountMinor, 1), confirmedAt, failure, cancels, call);
    }

    /** A lie: the same payment with another amount in its last cancel. */
    Payment withWrongLastCancel() {
        Cancel last = cancels.getLast();
        long wrong = last.amountMinor() > 1 ? last.amountMinor() - 1 : 2;
        return asOfCancels(cancels.size() - 1)
                .cancelled(new Cancel(wrong, last.reason(), last.canceledAt(), last.call()));
    }

    /**
     * Toss's key of one movement of this payment, 32 hexadecimal digits: 0 is the charge, n the n-th cancel. Derived,
     * so that a replayed answer has the same one and the book need not store it.
     */
    String transactionKey(int movement) {
        byte[] name = (paymentKey + '#' + movement).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString().replace("-", "").toUpperCase(Locale.ROOT);
    }

    private Payment withCancels(List<Cancel> others) {
        return new Payment(paymentKey, orderId, currency, amountMinor, confirmedAt, failure, others, call);
    }
}
