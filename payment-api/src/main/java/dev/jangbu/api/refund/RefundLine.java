package dev.jangbu.api.refund;

import org.jspecify.annotations.Nullable;

/**
 * What goes back of one line of a payment.
 *
 * @param amount minor units, above 0
 * @param fee minor units, 0 ≤ fee ≤ amount: the share of the platform's fee that goes back; null until the approval
 */
public record RefundLine(
        String lineId, long amount, @Nullable Long fee) {}
