package dev.jangbu.api.payment;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One seller's line of a payment. All amounts are minor units. Its JSON names are those of the statements that read
 * and insert it.
 *
 * @param lineId identifies the line within its payment
 * @param amountMinor paid by the buyer
 * @param feeMinor the platform's part of the amount, 0 ≤ feeMinor ≤ amountMinor
 * @param refundedAmountMinor part of the amount that was refunded
 * @param reservedAmountMinor part of the amount that a running refund has reserved; refunded + reserved ≤ amountMinor
 * @param refundedFeeMinor part of the fee that was returned with the refunds
 */
public record PaymentLine(
        String lineId,
        String sellerId,
        @JsonProperty("amount") long amountMinor,
        @JsonProperty("fee") long feeMinor,
        @JsonProperty("refundedAmount") long refundedAmountMinor,
        @JsonProperty("reservedAmount") long reservedAmountMinor,
        @JsonProperty("refundedFee") long refundedFeeMinor) {

    /** A line without refunds. */
    public PaymentLine(String lineId, String sellerId, long amountMinor, long feeMinor) {
        this(lineId, sellerId, amountMinor, feeMinor, 0, 0, 0);
    }

    /** The line after a refund of its reserved part. */
    public PaymentLine refunded(long refundedMinor, long returnedFeeMinor) {
        return new PaymentLine(
                lineId,
                sellerId,
                amountMinor,
                feeMinor,
                Math.addExact(refundedAmountMinor, refundedMinor),
                Math.subtractExact(reservedAmountMinor, refundedMinor),
                Math.addExact(refundedFeeMinor, returnedFeeMinor));
    }

    /** The amount that can still be refunded. */
    public long refundableAmountMinor() {
        return amountMinor - refundedAmountMinor - reservedAmountMinor;
    }
}
