package dev.jangbu.api.refund;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspCancel;
import java.util.List;

/**
 * The result of a refund's attempt at the PSP.
 *
 * @param foreign the payment's unrecorded cancellations that are certainly not this refund's
 */
record RefundAttempt(Outcome outcome, List<PspCancel> foreign) {

    static RefundAttempt of(Outcome outcome) {
        return new RefundAttempt(outcome, List.of());
    }
}
