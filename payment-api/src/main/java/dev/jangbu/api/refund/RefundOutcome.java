package dev.jangbu.api.refund;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Derives the outcome of a refund attempt from the PSP's result. Pure functions.
 *
 * <p>A cancellation belongs to the refund only if the answer under the refund's idempotency key names it, as the
 * payment's last transaction. A look-up alone never approves: an unrecorded cancellation may be anybody's.
 */
final class RefundOutcome {

    private RefundOutcome() {}

    /**
     * The outcome by the cancellation with the transaction key that the answer to the refund's own call names; empty if
     * the charge doesn't show it, or shows it as recorded.
     *
     * @param charged the answer, or a later look-up
     */
    static Optional<Outcome> ofCancellation(
            PspResult.Charged charged, @Nullable String transactionKey, RefundWork work) {
        Optional<Outcome> anotherCharge = anotherCharge(charged, work);
        return anotherCharge.isPresent()
                ? anotherCharge
                : unrecorded(charged, work).stream()
                        .filter(cancel -> cancel.transactionKey().equals(transactionKey))
                        .findFirst()
                        .map(cancel -> ofAmount(cancel, work.refund().amountMinor()));
    }

    /**
     * The unrecorded cancellations that are not the refund's, by the answer to its own call: all but the named one. None
     * if the answer names none, or is about another charge.
     */
    static List<PspCancel> foreign(PspResult.Charged answer, RefundWork work) {
        return answer.lastTransactionKey() == null
                        || anotherCharge(answer, work).isPresent()
                ? List.of()
                : unrecorded(answer, work).stream()
                        .filter(cancel -> !cancel.transactionKey().equals(answer.lastTransactionKey()))
                        .toList();
    }

    /**
     * The outcome by a look-up of the charge, after a call that the PSP refused, or in place of one that it would not
     * recognize as a repetition.
     *
     * @param notShown the outcome if no unrecorded cancellation can be the refund's; its detail is the reason of the
     *     look-up
     */
    static RefundAttempt ofLookUp(PspResult shown, RefundWork work, Outcome notShown) {
        return switch (shown) {
            case PspResult.Charged charged ->
                anotherCharge(charged, work)
                        .map(RefundAttempt::of)
                        .orElseGet(() -> ofUnrecorded(charged, work, notShown));
            case PspResult.Refusal refusal ->
                RefundAttempt.of(new Outcome.Review(
                        "the PSP reports %s for a payment that was approved here".formatted(refusal.code())));
            case PspResult.Open open -> RefundAttempt.of(ofNoCharge(open));
        };
    }

    /** The outcome of a call or a look-up whose result is neither a charge nor a refusal. */
    static Outcome ofNoCharge(PspResult.Open result) {
        return switch (result) {
            case PspResult.InProgress inProgress ->
                new Outcome.Review("the PSP is still processing a payment that was approved here");
            case PspResult.NotFound notFound -> new Outcome.Unknown("the PSP doesn't find the payment");
            case PspResult.Uncertain uncertain -> new Outcome.Unknown(uncertain.reason());
        };
    }

    private static Optional<Outcome> anotherCharge(PspResult.Charged charged, RefundWork work) {
        PspOrder order = work.payment().order();
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return Optional.of(new Outcome.Unknown("the PSP answered about another payment key"));
        }
        return charged.orderId().equals(order.orderId())
                        && charged.amountMinor() == order.amountMinor()
                        && charged.currency().equals(order.currency())
                ? Optional.empty()
                : Optional.of(new Outcome.Review("the PSP shows another charge: %d %s of order %s"
                        .formatted(charged.amountMinor(), charged.currency(), charged.orderId())));
    }

    private static Outcome ofAmount(PspCancel cancel, long amountMinor) {
        return cancel.amountMinor() == amountMinor
                ? new Outcome.Approved(cancel.transactionKey(), cancel.canceledAt())
                : new Outcome.Review("the PSP refunded %d instead of %d".formatted(cancel.amountMinor(), amountMinor));
    }

    /**
     * A cancellation is certainly foreign if the only attempt was refused, or if it has another amount. One that may be the
     * refund's needs a review.
     */
    private static RefundAttempt ofUnrecorded(PspResult.Charged charged, RefundWork work, Outcome notShown) {
        if (charged.canceled() && charged.cancels().isEmpty()) {
            return RefundAttempt.of(
                    new Outcome.Unknown("the PSP reports the payment as canceled without its cancellations"));
        }
        List<PspCancel> unrecorded = unrecorded(charged, work);
        boolean refused = notShown instanceof Outcome.Refused;
        Refund refund = work.refund();
        boolean mayBeOwn = refund.attempts() > 1
                && unrecorded.stream().anyMatch(cancel -> cancel.amountMinor() == refund.amountMinor());
        if (unrecorded.isEmpty() || (refused && !mayBeOwn)) {
            return new RefundAttempt(notShown, unrecorded);
        }
        return RefundAttempt.of(new Outcome.Review("%s; the PSP shows %d cancellations that are not recorded here: %s"
                .formatted(notShown.detail(), unrecorded.size(), PspCancel.names(unrecorded))));
    }

    private static List<PspCancel> unrecorded(PspResult.Charged charged, RefundWork work) {
        return charged.cancels().stream()
                .filter(cancel -> !work.recorded().contains(cancel.transactionKey()))
                .toList();
    }
}
