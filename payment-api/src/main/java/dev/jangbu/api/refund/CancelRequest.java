package dev.jangbu.api.refund;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import org.jspecify.annotations.Nullable;

/** The body of a cancellation, not yet validated. */
record CancelRequest(@Nullable String reason) {

    /** The validated request. */
    record Valid(String reason) {}

    /** @throws Problem 422 that names every invalid field, or reports a card number */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        String text = errors.text("reason", reason, RefundRequest.REASON_MAX_CHARS);
        errors.throwIfAny();
        CardNumbers.refuseIn("reason", text);
        return new Valid(text);
    }
}
