package dev.jangbu.api.psp;

import java.util.List;

/** What may come of asking a PSP. */
public sealed interface PspResult {

    /**
     * The PSP has taken the money, and says of what.
     *
     * @param amount minor units of the currency
     * @param canceled whether some of it, or all, has gone back already
     * @param cancels what went back, oldest first; empty unless canceled
     */
    record Charged(
            String paymentKey, String orderId, long amount, String currency, boolean canceled, List<PspCancel> cancels)
            implements PspResult {

        public Charged {
            cancels = List.copyOf(cancels);
        }
    }

    /** The PSP will never take the money, or never give it back: whatever was asked. The code is the PSP's own. */
    record Declined(String code) implements PspResult {}

    /** The PSP knows the payment, and neither took the money nor refused to. */
    record InProgress() implements PspResult {}

    /** The PSP has never heard of it. */
    record NotFound() implements PspResult {}

    /** Nobody knows: silence, a broken connection, an answer that can't be read, or a code that settles nothing. */
    record Uncertain(String reason) implements PspResult {}
}
