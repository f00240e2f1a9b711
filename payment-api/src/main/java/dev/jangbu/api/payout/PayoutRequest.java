package dev.jangbu.api.payout;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.CurrencyCode;
import org.jspecify.annotations.Nullable;

/** The body of a payout, not yet validated. */
record PayoutRequest(
        @Nullable Long amount,
        @Nullable String currency,
        @Nullable String destination) {

    private static final int DESTINATION_MAX_CHARS = 200;

    /** @param amount minor units */
    record Valid(long amount, String currency, String destination) {}

    /** @throws Problem 422 that names every invalid field, or reports a card number */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        if (amount == null || amount <= 0) {
            errors.add("amount", "must be an integer above 0, in minor units");
        }
        if (currency == null || !CurrencyCode.hasMinorUnits(currency)) {
            errors.add("currency", CurrencyCode.RULE);
        }
        String to = errors.text("destination", destination, DESTINATION_MAX_CHARS);
        errors.throwIfAny();
        if (amount == null || currency == null) {
            throw new IllegalStateException("A missing field was not reported");
        }
        CardNumbers.refuseIn("destination", to);
        return new Valid(amount, currency, to);
    }
}
