package dev.jangbu.api.payment;

/**
 * One seller's line of a payment. All amounts are minor units.
 *
 * @param lineId identifies the line within its payment
 * @param amount paid by the buyer
 * @param fee the platform's part of the amount, 0 ≤ fee ≤ amount
 * @param refundedAmount part of the amount that was refunded
 * @param reservedAmount part of the amount that a running refund has reserved; refunded + reserved ≤ amount
 * @param refundedFee part of the fee that was returned with the refunds
 */
public record PaymentLine(
        String lineId,
        String sellerId,
        long amount,
        long fee,
        long refundedAmount,
        long reservedAmount,
        long refundedFee) {

    /** A line without refunds. */
    public PaymentLine(String lineId, String sellerId, long amount, long fee) {
        this(lineId, sellerId, amount, fee, 0, 0, 0);
    }

    /** The amount that can still be refunded. */
    public long refundableAmount() {
        return amount - refundedAmount - reservedAmount;
    }
}
