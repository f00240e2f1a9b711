package dev.jangbu.api.refund;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Derives the outcome of a refund attempt from the PSP's result. Pure functions. */
final class RefundOutcome {

    /** Tolerated lag of the PSP's clock. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private RefundOutcome() {}

    /**
     * The outcome of a cancellation; empty if the PSP shows the charge and no unrecorded cancellation: the refund may
     * be sent again.
     */
    static Optional<Outcome> from(PspResult result, RefundWork work) {
        return switch (result) {
            case PspResult.Charged charged -> charged(charged, work);
            case PspResult.Declined declined -> Optional.of(new Outcome.Refused(declined.code()));
            case PspResult.InProgress inProgress ->
                review("the PSP is still processing a payment that was approved here");
            case PspResult.NotFound notFound -> unknown("the PSP doesn't find the payment");
            case PspResult.Uncertain uncertain -> unknown(uncertain.reason());
        };
    }

    /**
     * Derives the outcome from a look-up of the charge. A payment has one operation at the PSP at a time, so an
     * unrecorded cancellation that is not older than the refund belongs to this refund.
     */
    static Optional<Outcome> fromLookUp(PspResult result, RefundWork work) {
        return result instanceof PspResult.Declined declined
                ? review("the PSP reports %s for a payment that was approved here".formatted(declined.code()))
                : from(result, work);
    }

    private static Optional<Outcome> charged(PspResult.Charged charged, RefundWork work) {
        PspOrder order = work.payment().order();
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())
                || charged.amountMinor() != order.amountMinor()
                || !charged.currency().equals(order.currency())) {
            return review("the PSP shows another charge: %d %s of order %s"
                    .formatted(charged.amountMinor(), charged.currency(), charged.orderId()));
        }
        Instant earliest = work.refund().createdAt().minus(CLOCK_TOLERANCE);
        List<PspCancel> ours = charged.cancels().stream()
                .filter(cancel -> !work.recorded().contains(cancel.transactionKey()))
                .filter(cancel -> !cancel.canceledAt().isBefore(earliest))
                .toList();
        if (ours.size() > 1) {
            return review("the PSP shows %d cancellations that were not requested here".formatted(ours.size() - 1));
        }
        if (ours.isEmpty()) {
            return charged.canceled() && charged.cancels().isEmpty()
                    ? unknown("the PSP reports the payment as canceled without its cancellations")
                    : Optional.empty();
        }
        PspCancel cancel = ours.getFirst();
        long amountMinor = work.refund().amountMinor();
        return cancel.amountMinor() == amountMinor
                ? Optional.of(new Outcome.Approved(cancel.transactionKey(), cancel.canceledAt()))
                : review("the PSP refunded %d instead of %d".formatted(cancel.amountMinor(), amountMinor));
    }

    private static Optional<Outcome> unknown(String reason) {
        return Optional.of(new Outcome.Unknown(reason));
    }

    private static Optional<Outcome> review(String reason) {
        return Optional.of(new Outcome.Review(reason));
    }
}
