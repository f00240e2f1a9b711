package dev.jangbu.api.payment;

import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;

/** The outcome of a confirmation attempt, derived from the PSP's result. Pure functions. */
public sealed interface ConfirmOutcome {

    /** The PSP charged exactly the order. */
    record Approved() implements ConfirmOutcome {}

    /** The PSP will never charge. The code is the PSP's own. */
    record Declined(String code) implements ConfirmOutcome {}

    /** Not known yet; the recovery inquires again later. */
    record Unknown(String reason) implements ConfirmOutcome {}

    /** The PSP charged something other than the order: a person decides. */
    record Review(String reason) implements ConfirmOutcome {}

    /**
     * Derives the outcome. A payment is approved only if order, amount and currency match. A result for another payment
     * key says nothing about this payment.
     */
    static ConfirmOutcome from(PspResult result, PspOrder order) {
        return switch (result) {
            case PspResult.Charged charged -> charged(charged, order);
            case PspResult.Declined declined -> new Declined(declined.code());
            case PspResult.InProgress inProgress -> new Unknown("in progress at the PSP");
            case PspResult.NotFound notFound -> new Unknown("not found at the PSP");
            case PspResult.Uncertain uncertain -> new Unknown(uncertain.reason());
        };
    }

    private static ConfirmOutcome charged(PspResult.Charged charged, PspOrder order) {
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return new Unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())) {
            return new Review("the PSP charged for another order");
        }
        if (charged.amountMinor() != order.amountMinor() || !charged.currency().equals(order.currency())) {
            return new Review("the PSP charged %d %s instead of %d %s"
                    .formatted(charged.amountMinor(), charged.currency(), order.amountMinor(), order.currency()));
        }
        if (charged.canceled()) {
            // Not canceled by this service, which refunds nothing before the approval. Crediting the sellers would pay
            // twice.
            return new Review("canceled at the PSP before it was approved here");
        }
        return new Approved();
    }
}
