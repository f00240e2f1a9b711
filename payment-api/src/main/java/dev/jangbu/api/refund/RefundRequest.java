package dev.jangbu.api.refund;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a refund, as it came: by lines, or an amount of a payment that has one line, or neither for all that is left.
 */
record RefundRequest(
        @Nullable List<@Nullable Line> lines,
        @Nullable Long amount,
        @Nullable String reason) {

    static final int REASON_MAX_CHARS = 200;
    private static final int LINES_MAX = 100;

    record Line(@Nullable String lineId, @Nullable Long amount) {}

    /** What was asked for, sound in itself; whether the payment has it is decided under its lock. */
    record Valid(Wanted wanted, String reason) {}

    /** How much is to go back, in minor units. */
    sealed interface Wanted {

        /** So much of these lines, each named once. */
        record Lines(List<RefundLine> lines) implements Wanted {}

        /** So much of a payment of one line. */
        record Amount(long amount) implements Wanted {}

        /** All that is left. */
        record Rest() implements Wanted {}
    }

    /** @throws Problem 422 that names every field that is wrong, or says that there is a card number */
    Valid validated() {
        FieldErrors errors = new FieldErrors();
        Wanted wanted = wanted(errors);
        String text = errors.text("reason", reason, REASON_MAX_CHARS);
        errors.throwIfAny();
        CardNumbers.refuseIn("reason", text);
        return new Valid(wanted, text);
    }

    private Wanted wanted(FieldErrors errors) {
        if (lines != null && amount != null) {
            errors.add("amount", "must not be given beside lines, which have amounts of their own");
        }
        if (lines != null) {
            return new Wanted.Lines(lines(lines, errors));
        }
        if (amount != null) {
            if (amount <= 0) {
                errors.add("amount", "must be an integer above 0, in minor units");
            }
            return new Wanted.Amount(amount);
        }
        return new Wanted.Rest();
    }

    private static List<RefundLine> lines(List<@Nullable Line> lines, FieldErrors errors) {
        if (lines.isEmpty() || lines.size() > LINES_MAX) {
            errors.add("lines", "must be 1 to " + LINES_MAX + ", or left out for all that is left");
        }
        List<RefundLine> sound = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (int i = 0; i < lines.size() && i < LINES_MAX; i++) {
            Line line = lines.get(i);
            String lineId = line == null ? null : line.lineId();
            Long amount = line == null ? null : line.amount();
            if (lineId == null || !named.add(lineId)) {
                errors.add("lines[" + i + "].lineId", "must be a line of the payment, each at most once");
            } else if (amount == null || amount <= 0) {
                errors.add("lines[" + i + "].amount", "must be an integer above 0, in minor units");
            } else {
                sound.add(new RefundLine(lineId, amount, null));
            }
        }
        return sound;
    }
}
