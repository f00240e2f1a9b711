package dev.jangbu.api.refund;

import java.math.BigInteger;

/** The part of the platform's fee that is returned with a refund. Pure function. */
final class RefundedFee {

    private RefundedFee() {}

    /**
     * The part returned now. It is computed from the total refunded so far, so that rounding errors don't accumulate: a
     * line that is refunded completely, in any parts, returns exactly its fee.
     *
     * @param fee of the line, in minor units
     * @param amount of the line, in minor units, above 0
     * @param refundedSoFar refunded amount, including this refund
     * @param returnedBefore fee returned by earlier refunds
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
