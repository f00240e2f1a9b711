package dev.jangbu.api.payment;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
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
        List<FieldError> errors = new ArrayList<>();
        if (paymentKey == null || !PAYMENT_KEY.matcher(paymentKey).matches()) {
            errors.add(new FieldError("paymentKey", "must be the PSP's key: 1 to 200 of A-Z a-z 0-9 _ = -"));
        }
        if (amount == null || amount <= 0) {
            errors.add(new FieldError("amount", "must be an integer above 0, in minor units"));
        }
        if (!errors.isEmpty() || paymentKey == null || amount == null) {
            throw Problem.invalid(errors);
        }
        return new Valid(paymentKey, amount);
    }
}
