package dev.jangbu.api.refund;

import org.jspecify.annotations.Nullable;

/**
 * The refunded part of one line of a payment.
 *
 * @param amount minor units, above 0
 * @param fee part of the platform's fee that is returned, in minor units, 0 ≤ fee ≤ amount; null until the approval
 */
public record RefundLine(
        String lineId, long amount, @Nullable Long fee) {}
