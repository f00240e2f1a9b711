package dev.jangbu.api.review;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.operation.OperationKind;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a decision about a payment or refund in REVIEW, not yet validated.
 *
 * @param outcome the person's decision
 * @param evidence its grounds, for instance the PSP's receipt or a ticket
 * @param transactionKey the PSP's id of the cancellation that is the approved refund; required if the PSP shows several
 *     of its amount
 */
public record ResolveRequest(
        @Nullable String outcome,
        @Nullable String evidence,
        @Nullable String transactionKey) {

    /** A transaction key of Toss has at most 64 characters. */
    private static final Pattern TRANSACTION_KEY = Pattern.compile("[!-~]{1,64}");

    private static final int EVIDENCE_MAX_CHARS = 1_000;

    /** @param approved whether the PSP moved the money as requested */
    public record Valid(
            boolean approved, String evidence, @Nullable String transactionKey) {}

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
        if (transactionKey != null) {
            errors.matching(
                    "transactionKey", transactionKey, TRANSACTION_KEY, "must be the PSP's key of a cancellation");
            if (!approved || !otherwise.equals(OperationKind.REFUND.refusedStatus())) {
                errors.add("transactionKey", "is only for a refund that is APPROVED");
            }
        }
        errors.throwIfAny();
        CardNumbers.refuseIn("evidence", text);
        return new Valid(approved, text, transactionKey);
    }
}
