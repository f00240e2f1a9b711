package dev.jangbu.api.refund;

import dev.jangbu.api.payment.Payment;
import java.util.Set;

/**
 * A leased refund, with the data that its call to the PSP needs.
 *
 * @param payment the charged payment
 * @param refund as leased: its attempts are the attempt's number
 * @param recorded the transaction keys of the payment's recorded cancellations
 */
record RefundWork(Payment payment, Refund refund, Set<String> recorded) {

    /** The idempotency key of this refund at the PSP. Every attempt uses the same key. */
    String pspKey() {
        return "refund:" + refund.id();
    }
}
