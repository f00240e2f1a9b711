package dev.jangbu.api.payment;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import java.time.Duration;
import java.time.Instant;

/** Derives the outcome of a confirmation attempt from the PSP's result. Pure functions. */
final class ConfirmOutcome {

    /** The beginning of the review reason of a charge that the PSP approved before the payment existed here. */
    private static final String CHARGE_OLDER_THAN_PAYMENT = "charge-older-than-payment";

    private ConfirmOutcome() {}

    /**
     * Derives the outcome. A payment is approved only if order, amount and currency match, and if the charge is not
     * older than the payment. A result for another payment key says nothing about this payment.
     *
     * @param clockTolerance tolerated lag of the PSP's clock
     */
    static Outcome from(PspResult result, Payment payment, Duration clockTolerance) {
        return switch (result) {
            case PspResult.Charged charged -> charged(charged, payment, clockTolerance);
            case PspResult.Rejected rejected -> rejected(rejected);
            case PspResult.Declined declined -> new Outcome.Refused(declined.code());
            case PspResult.InProgress inProgress -> new Outcome.Unknown("in progress at the PSP");
            case PspResult.NotFound notFound -> new Outcome.Unknown("not found at the PSP");
            case PspResult.Uncertain uncertain -> new Outcome.Unknown(uncertain.reason());
        };
    }

    /**
     * Derives the outcome of a refused confirmation from a look-up of its payment key. The PSP may refuse because an
     * earlier attempt charged, perhaps one that the database has lost. A repeated attempt may also be refused while an
     * earlier one is still running: the PSP then shows the payment as in progress. A refusal whose code doesn't say that
     * nothing was charged needs a review, unless the look-up says it.
     *
     * @param shown the PSP's record of the payment key, read after the refusal
     */
    static Outcome fromRefusal(PspResult.Refusal refusal, PspResult shown, Payment payment, Duration clockTolerance) {
        Outcome refused = from(refusal, payment, clockTolerance);
        return switch (shown) {
            case PspResult.Charged charged ->
                charged.paymentKey().equals(payment.order().paymentKey())
                        ? charged(charged, payment, clockTolerance)
                        : refused;
            case PspResult.InProgress inProgress ->
                payment.attempts() > 1
                        ? new Outcome.Unknown("refused with %s and in progress at the PSP".formatted(refusal.code()))
                        : refused;
            case PspResult.Uncertain uncertain ->
                new Outcome.Unknown("refused with %s, not confirmed by a look-up: %s"
                        .formatted(refusal.code(), uncertain.reason()));
            case PspResult.Declined declined -> new Outcome.Refused(refusal.code());
            case PspResult.Rejected rejected -> refused;
            case PspResult.NotFound notFound -> refused;
        };
    }

    private static Outcome rejected(PspResult.Rejected rejected) {
        return new Outcome.Review("rejected by the PSP with %s, and not shown as charged".formatted(rejected.code()));
    }

    /** Whether a payment goes to review only because its charge is older. */
    static boolean isOlderThanPayment(Outcome outcome) {
        return outcome instanceof Outcome.Review review && review.detail().startsWith(CHARGE_OLDER_THAN_PAYMENT);
    }

    private static Outcome charged(PspResult.Charged charged, Payment payment, Duration clockTolerance) {
        PspOrder order = payment.order();
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return new Outcome.Unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())) {
            return new Outcome.Review("the PSP charged for another order");
        }
        // The charge belongs to an earlier record of this payment, which the database has lost: it may be settled
        // already.
        if (charged.approvedAt().isBefore(earliestCharge(payment).minus(clockTolerance))) {
            return new Outcome.Review("%s: approved at %s, created at %s"
                    .formatted(CHARGE_OLDER_THAN_PAYMENT, charged.approvedAt(), payment.createdAt()));
        }
        if (charged.amountMinor() != order.amountMinor() || !charged.currency().equals(order.currency())) {
            return new Outcome.Review("the PSP charged %d %s instead of %d %s"
                    .formatted(charged.amountMinor(), charged.currency(), order.amountMinor(), order.currency()));
        }
        if (charged.canceled()) {
            // Not canceled by this service, which refunds nothing before the approval. Crediting the sellers would pay
            // twice.
            return new Outcome.Review(
                    "canceled at the PSP before it was approved here: " + PspCancel.names(charged.cancels()));
        }
        return new Outcome.Approved("", charged.approvedAt());
    }

    /** The PSP's times are whole seconds. */
    private static Instant earliestCharge(Payment payment) {
        return Instant.ofEpochSecond(payment.createdAt().getEpochSecond());
    }
}
