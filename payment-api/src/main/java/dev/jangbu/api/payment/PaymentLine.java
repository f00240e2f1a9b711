package dev.jangbu.api.payment;

/**
 * What one seller gets of a payment. All amounts are minor units.
 *
 * @param lineId names the line within its payment
 * @param amount what the buyer pays for it
 * @param fee 0 ≤ fee ≤ amount: what the platform keeps of it
 * @param refundedAmount what of the amount went back to the buyer
 * @param reservedAmount what of it is on its way back; refunded and reserved together never exceed the amount
 * @param refundedFee what of the fee went back with it
 */
public record PaymentLine(
        String lineId,
        String sellerId,
        long amount,
        long fee,
        long refundedAmount,
        long reservedAmount,
        long refundedFee) {

    /** A line of which nothing went back yet. */
    public PaymentLine(String lineId, String sellerId, long amount, long fee) {
        this(lineId, sellerId, amount, fee, 0, 0, 0);
    }

    /** What can still be asked back. */
    public long refundableAmount() {
        return amount - refundedAmount - reservedAmount;
    }
}
