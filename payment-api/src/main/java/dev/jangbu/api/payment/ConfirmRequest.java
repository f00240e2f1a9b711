package dev.jangbu.api.payment;

import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The body of a confirmation, not yet validated. */
record ConfirmRequest(@Nullable String paymentKey, @Nullable Long amount) {

    /** A payment key of Toss has at most 200 characters. */
    private static final Pattern PAYMENT_KEY = Pattern.compile("[A-Za-z0-9_=-]{1,200}");

    /** @param amount minor units */
    record Valid(String paymentKey, long amount) {}

    /** @throws Problem 422 that names every invalid field */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        Valid valid = new Valid(
                errors.matching(
                        "paymentKey", paymentKey, PAYMENT_KEY, "must be the PSP's key: 1 to 200 of A-Z a-z 0-9 _ = -"),
                errors.amountMinor("amount", amount, PaymentApiSettings.Limits.LARGEST_AMOUNT_MINOR));
        errors.throwIfAny();
        return valid;
    }
}
