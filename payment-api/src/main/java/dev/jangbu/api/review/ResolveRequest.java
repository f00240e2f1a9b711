package dev.jangbu.api.review;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The body of a decision about something in REVIEW, as it came.
 *
 * @param outcome what the person found out
 * @param evidence how they know, for whoever asks later: for instance the PSP's receipt, or a ticket
 */
public record ResolveRequest(
        @Nullable String outcome, @Nullable String evidence) {

    private static final int EVIDENCE_MAX_CHARS = 1_000;

    /** @param approved whether the money moved as it was asked to */
    public record Valid(boolean approved, String evidence) {}

    /**
     * @param otherwise the outcome beside APPROVED: DECLINED for a payment, FAILED for a refund
     * @throws Problem 422 that names every field that is wrong, or says that there is a card number
     */
    public Valid validated(String otherwise) {
        FieldErrors errors = new FieldErrors();
        boolean approved = "APPROVED".equals(outcome);
        if (!approved && !otherwise.equals(outcome)) {
            errors.add("outcome", "must be APPROVED or " + otherwise);
        }
        String text = errors.text("evidence", evidence, EVIDENCE_MAX_CHARS);
        errors.throwIfAny();
        CardNumbers.refuseIn("evidence", text);
        return new Valid(approved, text);
    }
}
