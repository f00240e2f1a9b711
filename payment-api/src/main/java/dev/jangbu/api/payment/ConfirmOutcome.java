package dev.jangbu.api.payment;

import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.psp.PspOrder;

/** What an answer of the PSP means for a payment: a pure function. */
public sealed interface ConfirmOutcome {

    /** The PSP has charged exactly what was asked. */
    record Approved() implements ConfirmOutcome {}

    /** The PSP never will. */
    record Declined(String code) implements ConfirmOutcome {}

    /** Not known yet; it is asked again later. */
    record Unknown(String reason) implements ConfirmOutcome {}

    /** The PSP charged something other than was asked: a person decides. */
    record Review(String reason) implements ConfirmOutcome {}

    /**
     * Judges an answer. A payment is approved only if order, amount and currency are ours; an answer about another payment
     * key is not about this payment at all.
     */
    static ConfirmOutcome judge(PspResult answer, PspOrder order) {
        return switch (answer) {
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
        if (charged.amount() != order.amount() || !charged.currency().equals(order.currency())) {
            return new Review("the PSP charged %d %s instead of %d %s"
                    .formatted(charged.amount(), charged.currency(), order.amount(), order.currency()));
        }
        if (charged.canceled()) {
            // Not by us: before the approval nothing is refunded. Crediting the sellers would pay twice.
            return new Review("canceled at the PSP before it was approved here");
        }
        return new Approved();
    }
}
