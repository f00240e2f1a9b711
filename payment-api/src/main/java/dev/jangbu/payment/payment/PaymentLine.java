package dev.jangbu.payment.payment;

/**
 * What one seller gets of a payment.
 *
 * @param lineId names the line within its payment
 * @param amount minor units: what the buyer pays for it
 * @param fee minor units, 0 ≤ fee ≤ amount: what the platform keeps of it
 * @param refundedAmount minor units: what of it went back to the buyer
 */
public record PaymentLine(String lineId, String sellerId, long amount, long fee, long refundedAmount) {}
