package dev.jangbu.api.refund;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import org.jspecify.annotations.Nullable;

/** The body of a cancellation, as it came. */
record CancelRequest(@Nullable String reason) {

    /** What was asked for, sound in every field. */
    record Valid(String reason) {}

    /** @throws Problem 422 that names what is wrong, or says that there is a card number */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        String text = errors.text("reason", reason, RefundRequest.REASON_MAX_CHARS);
        errors.throwIfAny();
        CardNumbers.refuseIn("reason", text);
        return new Valid(text);
    }
}
