package dev.jangbu.api.refund;

import java.math.BigInteger;

/** How much of the platform's fee goes back with a refund: a pure function. */
final class RefundedFee {

    private RefundedFee() {}

    /**
     * The share that goes back now. It is computed from all that has been refunded so far, so that roundings don't add up:
     * whoever refunds everything, in whatever parts, gets exactly the fee back.
     *
     * @param fee of the line, minor units
     * @param amount of the line, minor units, above 0
     * @param refundedSoFar of the amount, this refund included
     * @param returnedBefore of the fee, by earlier refunds
     * @return minor units, {@code round_half_up(fee × refundedSoFar ÷ amount) − returnedBefore}, at least 0
     */
    static long of(long fee, long amount, long refundedSoFar, long returnedBefore) {
        BigInteger doubled = BigInteger.valueOf(fee)
                .multiply(BigInteger.valueOf(refundedSoFar))
                .multiply(BigInteger.TWO)
                .add(BigInteger.valueOf(amount));
        long rounded = doubled.divide(BigInteger.valueOf(amount).multiply(BigInteger.TWO))
                .longValueExact();
        return Math.subtractExact(rounded, returnedBefore);
    }
}
