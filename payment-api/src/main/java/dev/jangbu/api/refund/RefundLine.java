package dev.jangbu.api.refund;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The refunded part of one line of a payment. Its JSON names are those of the statement that reads it and of stored
 * fingerprints.
 *
 * @param amountMinor in minor units, above 0
 * @param feeMinor part of the platform's fee that is returned, in minor units, 0 ≤ feeMinor ≤ amountMinor; null until the
 *     approval
 */
public record RefundLine(
        String lineId,
        @JsonProperty("amount") long amountMinor,
        @JsonProperty("fee") @Nullable Long feeMinor) {}
