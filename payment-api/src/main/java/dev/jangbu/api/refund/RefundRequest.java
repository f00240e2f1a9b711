package dev.jangbu.api.refund;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a refund, not yet validated: lines, or an amount for a payment of one line, or neither for the rest.
 */
record RefundRequest(
        @Nullable List<@Nullable Line> lines,
        @Nullable Long amount,
        @Nullable String reason) {

    static final int REASON_MAX_CHARS = 200;
    private static final long AMOUNT_MAX = PaymentApiSettings.Limits.LARGEST_AMOUNT_MINOR;
    private static final int LINES_MAX = 100;

    record Line(@Nullable String lineId, @Nullable Long amount) {}

    /** The validated request. It is compared with the payment later, under the row lock. */
    record Valid(Requested requested, String reason) {}

    /** The amount to refund, in minor units. */
    sealed interface Requested {

        /** An amount of each line; each line at most once. */
        record Lines(List<RefundLine> lines) implements Requested {}

        /** An amount of a payment of one line. */
        record Amount(long amount) implements Requested {}

        /** The whole refundable amount. */
        record Rest() implements Requested {}
    }

    /** @throws Problem 422 that names every invalid field, or reports a card number */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        Requested requested = requested(errors);
        String text = errors.text("reason", reason, REASON_MAX_CHARS);
        errors.throwIfAny();
        CardNumbers.refuseIn("reason", text);
        return new Valid(requested, text);
    }

    private Requested requested(FieldErrors errors) {
        if (lines != null && amount != null) {
            errors.add("amount", "must be omitted if lines are given, which have their own amounts");
        }
        if (lines != null) {
            return new Requested.Lines(lines(lines, errors));
        }
        if (amount != null) {
            return new Requested.Amount(errors.amountMinor("amount", amount, AMOUNT_MAX));
        }
        return new Requested.Rest();
    }

    private static List<RefundLine> lines(List<@Nullable Line> lines, FieldErrors errors) {
        if (lines.isEmpty() || lines.size() > LINES_MAX) {
            errors.add("lines", "must be 1 to " + LINES_MAX + ", or omitted to refund the rest");
        }
        List<RefundLine> valid = new ArrayList<>();
        Set<String> lineIds = new HashSet<>();
        for (int i = 0; i < lines.size() && i < LINES_MAX; i++) {
            Line line = lines.get(i);
            String lineId = line == null ? null : line.lineId();
            long amountMinor =
                    errors.amountMinor("lines[" + i + "].amount", line == null ? null : line.amount(), AMOUNT_MAX);
            if (lineId == null || !lineIds.add(lineId)) {
                errors.add("lines[" + i + "].lineId", "must be a line of the payment, each at most once");
            } else {
                valid.add(new RefundLine(lineId, amountMinor, null));
            }
        }
        return valid;
    }
}
