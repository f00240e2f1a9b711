package dev.jangbu.payment.refund;

import dev.jangbu.payment.psp.PspAnswer;
import dev.jangbu.payment.psp.PspCancel;
import dev.jangbu.payment.psp.PspOrder;
import java.util.List;
import java.util.Set;

/** What an answer of the PSP means for a refund: a pure function. */
sealed interface RefundOutcome {

    /** The PSP has given back exactly what was asked; its own name of that is the transaction key. */
    record Approved(String transactionKey) implements RefundOutcome {}

    /** The PSP won't. */
    record Failed(String code) implements RefundOutcome {}

    /** Not known yet; it is asked again later. */
    record Unknown(String reason) implements RefundOutcome {}

    /** The PSP gave back something other than was asked: a person decides. */
    record Review(String reason) implements RefundOutcome {}

    /** The PSP knows the charge, and no cancellation that isn't recorded here: it may be sent, again. */
    record NotDone() implements RefundOutcome {}

    /**
     * Judges an answer about the charge. A payment has one operation at the PSP at a time, so a cancellation whose key is
     * not recorded here is this refund's.
     *
     * @param order what was charged
     * @param amount what is to go back, minor units
     * @param recorded the transaction keys of the payment's other refunds
     */
    static RefundOutcome judge(PspAnswer answer, PspOrder order, long amount, Set<String> recorded) {
        return switch (answer) {
            case PspAnswer.Charged charged -> charged(charged, order, amount, recorded);
            case PspAnswer.Declined declined -> new Failed(declined.code());
            case PspAnswer.InProgress inProgress -> new Review("the PSP is still at a payment that was approved here");
            case PspAnswer.NotFound notFound -> new Unknown("the PSP doesn't find the payment");
            case PspAnswer.Uncertain uncertain -> new Unknown(uncertain.reason());
        };
    }

    private static RefundOutcome charged(PspAnswer.Charged charged, PspOrder order, long amount, Set<String> recorded) {
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return new Unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())
                || charged.amount() != order.amount()
                || !charged.currency().equals(order.currency())) {
            return new Review("the PSP shows another charge: %d %s of order %s"
                    .formatted(charged.amount(), charged.currency(), charged.orderId()));
        }
        List<PspCancel> ours = charged.cancels().stream()
                .filter(cancel -> !recorded.contains(cancel.transactionKey()))
                .toList();
        if (ours.size() > 1) {
            return new Review("the PSP shows %d cancellations that nobody here asked for".formatted(ours.size() - 1));
        }
        if (ours.isEmpty()) {
            return charged.canceled() && charged.cancels().isEmpty()
                    ? new Unknown("the PSP says canceled, and not how")
                    : new NotDone();
        }
        PspCancel cancel = ours.getFirst();
        return cancel.amount() == amount
                ? new Approved(cancel.transactionKey())
                : new Review("the PSP gave back %d instead of %d".formatted(cancel.amount(), amount));
    }
}
