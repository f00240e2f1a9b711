package dev.jangbu.api.review;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The body of a decision about a payment or refund in REVIEW, not yet validated.
 *
 * @param outcome the person's decision
 * @param evidence its grounds, for instance the PSP's receipt or a ticket
 */
public record ResolveRequest(
        @Nullable String outcome, @Nullable String evidence) {

    private static final int EVIDENCE_MAX_CHARS = 1_000;

    /** @param approved whether the PSP moved the money as requested */
    public record Valid(boolean approved, String evidence) {}

    /**
     * @param otherwise the outcome beside APPROVED: DECLINED for a payment, FAILED for a refund
     * @throws Problem 422 that names every invalid field, or reports a card number
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
