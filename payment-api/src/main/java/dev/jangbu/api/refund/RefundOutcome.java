package dev.jangbu.api.refund;

import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The outcome of a refund attempt, derived from the PSP's result. Pure functions. */
sealed interface RefundOutcome {

    /** Tolerated lag of the PSP's clock. */
    Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    /** The PSP refunded exactly the requested amount. The transaction key is the PSP's id of the cancellation. */
    record Approved(String transactionKey) implements RefundOutcome {}

    /** The PSP refused. The code is the PSP's own. */
    record Failed(String code) implements RefundOutcome {}

    /** Not known yet; the recovery inquires again later. */
    record Unknown(String reason) implements RefundOutcome {}

    /** The PSP refunded something other than requested: a person decides. */
    record Review(String reason) implements RefundOutcome {}

    /** The PSP shows the charge and no unrecorded cancellation: the refund may be sent again. */
    record NotDone() implements RefundOutcome {}

    /**
     * Derives the outcome from the result of a cancellation.
     *
     * @param work the requested refund
     */
    static RefundOutcome from(PspResult result, RefundWork work) {
        return switch (result) {
            case PspResult.Charged charged -> charged(charged, work);
            case PspResult.Declined declined -> new Failed(declined.code());
            case PspResult.InProgress inProgress ->
                new Review("the PSP is still processing a payment that was approved here");
            case PspResult.NotFound notFound -> new Unknown("the PSP doesn't find the payment");
            case PspResult.Uncertain uncertain -> new Unknown(uncertain.reason());
        };
    }

    /**
     * Derives the outcome from a look-up of the charge. A payment has one operation at the PSP at a time, so an
     * unrecorded cancellation that is not older than the refund belongs to this refund.
     */
    static RefundOutcome fromLookUp(PspResult result, RefundWork work) {
        return result instanceof PspResult.Declined declined
                ? new Review("the PSP reports %s for a payment that was approved here".formatted(declined.code()))
                : from(result, work);
    }

    private static RefundOutcome charged(PspResult.Charged charged, RefundWork work) {
        PspOrder order = work.payment().order();
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return new Unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())
                || charged.amountMinor() != order.amountMinor()
                || !charged.currency().equals(order.currency())) {
            return new Review("the PSP shows another charge: %d %s of order %s"
                    .formatted(charged.amountMinor(), charged.currency(), charged.orderId()));
        }
        Instant earliest = work.refund().createdAt().minus(CLOCK_TOLERANCE);
        List<PspCancel> ours = charged.cancels().stream()
                .filter(cancel -> !work.recorded().contains(cancel.transactionKey()))
                .filter(cancel -> !cancel.canceledAt().isBefore(earliest))
                .toList();
        if (ours.size() > 1) {
            return new Review("the PSP shows %d cancellations that were not requested here".formatted(ours.size() - 1));
        }
        if (ours.isEmpty()) {
            return charged.canceled() && charged.cancels().isEmpty()
                    ? new Unknown("the PSP reports the payment as canceled without its cancellations")
                    : new NotDone();
        }
        PspCancel cancel = ours.getFirst();
        long amountMinor = work.refund().amountMinor();
        return cancel.amountMinor() == amountMinor
                ? new Approved(cancel.transactionKey())
                : new Review("the PSP refunded %d instead of %d".formatted(cancel.amountMinor(), amountMinor));
    }
}
