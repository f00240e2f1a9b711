package dev.jangbu.api.payout;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.psp.Money;
import org.jspecify.annotations.Nullable;

/** The body of a payout, as it came. */
record PayoutRequest(
        @Nullable Long amount,
        @Nullable String currency,
        @Nullable String destination) {

    private static final int DESTINATION_MAX_CHARS = 200;

    /** @param amount minor units */
    record Valid(long amount, String currency, String destination) {}

    /** @throws Problem 422 that names every field that is wrong, or says that there is a card number */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        if (amount == null || amount <= 0) {
            errors.add("amount", "must be an integer above 0, in minor units");
        }
        if (!Money.isCurrency(currency)) {
            errors.add("currency", "must be the three letters of an ISO 4217 currency");
        }
        String to = errors.text("destination", destination, DESTINATION_MAX_CHARS);
        errors.throwIfAny();
        if (amount == null || currency == null) {
            throw new IllegalStateException("A field that is missing was not noted");
        }
        CardNumbers.refuseIn("destination", to);
        return new Valid(amount, currency, to);
    }
}
