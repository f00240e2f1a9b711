package dev.jangbu.contract;

import java.math.BigInteger;

/** The part of the platform's fee that is returned with a refund. Pure function. */
public final class RefundedFee {

    private RefundedFee() {}

    /**
     * The part returned now. It is computed from the total refunded so far, so that rounding errors don't accumulate: a
     * line that is refunded completely, in any parts, returns exactly its fee.
     *
     * @param feeMinor of the line, in minor units
     * @param amountMinor of the line, in minor units, above 0
     * @param refundedSoFarMinor refunded amount, including this refund
     * @param returnedBeforeMinor fee returned by earlier refunds
     * @return minor units, {@code round_half_up(feeMinor × refundedSoFarMinor ÷ amountMinor) − returnedBeforeMinor}, at
     *     least 0
     */
    public static long of(long feeMinor, long amountMinor, long refundedSoFarMinor, long returnedBeforeMinor) {
        BigInteger doubled = BigInteger.valueOf(feeMinor)
                .multiply(BigInteger.valueOf(refundedSoFarMinor))
                .multiply(BigInteger.TWO)
                .add(BigInteger.valueOf(amountMinor));
        long rounded = doubled.divide(BigInteger.valueOf(amountMinor).multiply(BigInteger.TWO))
                .longValueExact();
        return Math.subtractExact(rounded, returnedBeforeMinor);
    }
}
