package dev.jangbu.api.refund;

import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What an answer of the PSP means for a refund: a pure function. */
sealed interface RefundOutcome {

    /** By how much the PSP's clock may be behind ours. */
    Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

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
     * Judges the answer to a cancellation.
     *
     * @param work what was asked
     */
    static RefundOutcome judge(PspResult answer, RefundWork work) {
        return switch (answer) {
            case PspResult.Charged charged -> charged(charged, work);
            case PspResult.Declined declined -> new Failed(declined.code());
            case PspResult.InProgress inProgress -> new Review("the PSP is still at a payment that was approved here");
            case PspResult.NotFound notFound -> new Unknown("the PSP doesn't find the payment");
            case PspResult.Uncertain uncertain -> new Unknown(uncertain.reason());
        };
    }

    /**
     * Judges what the PSP shows of the charge. A payment has one operation at the PSP at a time, so a cancellation that is
     * recorded nowhere here, and not older than the refund, is this refund's.
     */
    static RefundOutcome judgeLookUp(PspResult answer, RefundWork work) {
        return answer instanceof PspResult.Declined declined
                ? new Review("the PSP says %s of a payment that was approved here".formatted(declined.code()))
                : judge(answer, work);
    }

    private static RefundOutcome charged(PspResult.Charged charged, RefundWork work) {
        PspOrder order = work.payment().order();
        if (!charged.paymentKey().equals(order.paymentKey())) {
            return new Unknown("the PSP answered about another payment key");
        }
        if (!charged.orderId().equals(order.orderId())
                || charged.amount() != order.amount()
                || !charged.currency().equals(order.currency())) {
            return new Review("the PSP shows another charge: %d %s of order %s"
                    .formatted(charged.amount(), charged.currency(), charged.orderId()));
        }
        Instant earliest = work.refund().createdAt().minus(CLOCKS_DIFFER);
        List<PspCancel> ours = charged.cancels().stream()
                .filter(cancel -> !work.recorded().contains(cancel.transactionKey()))
                .filter(cancel -> !cancel.canceledAt().isBefore(earliest))
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
        long amount = work.refund().amount();
        return cancel.amount() == amount
                ? new Approved(cancel.transactionKey())
                : new Review("the PSP gave back %d instead of %d".formatted(cancel.amount(), amount));
    }
}
