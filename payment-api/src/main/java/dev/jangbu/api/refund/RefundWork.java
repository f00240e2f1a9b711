package dev.jangbu.api.refund;

import dev.jangbu.api.payment.Payment;
import java.util.Set;

/**
 * A refund that is claimed, with what is needed at the PSP.
 *
 * @param payment what was charged
 * @param refund as it was claimed: its attempts are the attempt's number
 * @param recorded the transaction keys of the payment's cancellations that are known already
 */
record RefundWork(Payment payment, Refund refund, Set<String> recorded) {

    /** The PSP's key for this one refund, the same in every attempt. */
    String pspKey() {
        return "refund:" + refund.id();
    }
}
