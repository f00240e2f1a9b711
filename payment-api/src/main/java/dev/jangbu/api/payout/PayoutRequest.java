package dev.jangbu.api.payout;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import org.jspecify.annotations.Nullable;

/** The body of a payout, not yet validated. */
record PayoutRequest(
        @Nullable Long amount,
        @Nullable String currency,
        @Nullable String destination) {

    private static final int DESTINATION_MAX_CHARS = 200;

    /** @param amount minor units */
    record Valid(long amount, String currency, String destination) {}

    /**
     * @param maxAmountMinor the largest amount
     * @throws Problem 422 that names every invalid field, or reports a card number
     */
    Valid validated(long maxAmountMinor) {
        FieldErrors errors = new FieldErrors();
        Valid valid = new Valid(
                errors.amountMinor("amount", amount, maxAmountMinor),
                errors.currency("currency", currency),
                errors.text("destination", destination, DESTINATION_MAX_CHARS));
        errors.throwIfAny();
        CardNumbers.refuseIn("destination", valid.destination());
        return valid;
    }
}
