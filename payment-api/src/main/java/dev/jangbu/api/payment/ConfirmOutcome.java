package dev.jangbu.api.payment;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;

/** Derives the outcome of a confirmation attempt from the PSP's result. Pure functions. */
final class ConfirmOutcome {

    private static final Outcome CHARGED = new Outcome.Approved("");

    private ConfirmOutcome() {}

    /**
     * Derives the outcome. A payment is approved only if order, amount and currency match. A result for another payment
     * key says nothing about this payment.
     */
    static Outcome from(PspResult result, PspOrder order) {
        return switch (result) {
            case PspResult.Charged charged -> charged(charged, order);
            case PspResult.Declined declined -> new Outcome.Refused(declined.code());
            case PspResult.InProgress inProgress -> new Outcome.Unknown("in progress at the PSP");
            case PspResult.NotFound notFound -> new Outcome.Unknown("not found at the PSP");
            case PspResult.Uncertain uncertain -> new Outcome.Unknown(uncertain.reason());
        };
    }

    private static Outcome charged(PspResult.Charged charged, PspOrder order) {
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return new Outcome.Unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())) {
            return new Outcome.Review("the PSP charged for another order");
        }
        if (charged.amountMinor() != order.amountMinor() || !charged.currency().equals(order.currency())) {
            return new Outcome.Review("the PSP charged %d %s instead of %d %s"
                    .formatted(charged.amountMinor(), charged.currency(), order.amountMinor(), order.currency()));
        }
        if (charged.canceled()) {
            // Not canceled by this service, which refunds nothing before the approval. Crediting the sellers would pay
            // twice.
            return new Outcome.Review("canceled at the PSP before it was approved here");
        }
        return CHARGED;
    }
}
