package dev.jangbu.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A payment. Amounts are minor units.
 *
 * @param transactionKey Toss's id of the charge; null if the payment was declined
 * @param failure the decline reason; such a payment was never charged and never will be
 * @param cancels oldest first
 * @param idempotencyKey the key of its confirm; null if it had none
 */
record Payment(
        String paymentKey,
        String orderId,
        Currency currency,
        long amountMinor,
        Instant confirmedAt,
        @Nullable String transactionKey,
        @Nullable TossError failure,
        List<Cancel> cancels,
        @Nullable String idempotencyKey) {

    /**
     * One cancel of the amount or a part of it.
     *
     * @param transactionKey Toss's id of the cancel
     */
    record Cancel(
            String transactionKey,
            long amountMinor,
            String reason,
            Instant canceledAt,
            @Nullable String idempotencyKey) {}

    /** The states of Toss's Payment object that the simulator has. */
    enum Status {
        DONE,
        CANCELED,
        PARTIAL_CANCELED,
        ABORTED
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
        return cancels.stream().mapToLong(Cancel::amountMinor).reduce(0, Math::addExact);
    }

    long balanceMinor() {
        return Math.subtractExact(amountMinor, cancelledMinor());
    }

    /** The payment with a wrong amount, for the behaviour {@code wrong_amount}. */
    Payment withWrongAmount() {
        return with(Math.addExact(amountMinor, 1), cancels);
    }

    /** The payment with a wrong amount in its last cancel. */
    Payment withWrongLastCancel() {
        Cancel last = cancels.getLast();
        long wrongMinor = last.amountMinor() > 1 ? last.amountMinor() - 1 : 2;
        List<Cancel> wrong = new ArrayList<>(cancels.subList(0, cancels.size() - 1));
        wrong.add(
                new Cancel(last.transactionKey(), wrongMinor, last.reason(), last.canceledAt(), last.idempotencyKey()));
        return with(amountMinor, wrong);
    }

    private Payment with(long amount, List<Cancel> otherCancels) {
        return new Payment(
                paymentKey,
                orderId,
                currency,
                amount,
                confirmedAt,
                transactionKey,
                failure,
                otherCancels,
                idempotencyKey);
    }

    /** Toss's id of the latest transaction, the charge or a cancel; null if the payment was declined. */
    @Nullable
    String lastTransactionKey() {
        return cancels.isEmpty() ? transactionKey : cancels.getLast().transactionKey();
    }
}
