package dev.jangbu.api.payment;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.Problem.FieldError;
import dev.jangbu.contract.CurrencyCode;
import dev.jangbu.contract.SellerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of a creation, not yet validated: any field may be missing or invalid.
 *
 * @param lines one for each item bought from a seller
 */
record CreatePaymentRequest(
        @Nullable String orderId,
        @Nullable String currency,
        @Nullable List<@Nullable Line> lines,
        @Nullable Map<String, @Nullable String> metadata) {

    private static final Pattern ORDER_ID = Pattern.compile("[A-Za-z0-9_-]{6,64}");
    private static final int LINES_MAX = 100;
    private static final int METADATA_MAX = 50;
    private static final int METADATA_KEY_MAX = 40;
    private static final int METADATA_VALUE_MAX = 500;

    record Line(
            @Nullable String sellerId,
            @Nullable Long amount,
            @Nullable Long fee) {}

    /** The validated request. */
    record Valid(
            String orderId, String currency, long amountMinor, List<PaymentLine> lines, Map<String, String> metadata) {}

    /** @throws Problem 422 that names every invalid field */
    Valid validated() {
        List<FieldError> errors = new ArrayList<>();
        if (orderId == null || !ORDER_ID.matcher(orderId).matches()) {
            errors.add(new FieldError("orderId", "must be 6 to 64 of A-Z a-z 0-9 _ -"));
        }
        if (currency == null || !CurrencyCode.hasMinorUnits(currency)) {
            errors.add(new FieldError("currency", CurrencyCode.RULE));
        }
        List<PaymentLine> paymentLines = lines(errors);
        long amountMinor = sum(paymentLines, errors);
        Map<String, String> pairs = metadata(errors);
        if (!errors.isEmpty() || orderId == null || currency == null) {
            throw Problem.invalid(errors);
        }
        refuseCardNumbers(pairs);
        return new Valid(orderId, currency, amountMinor, paymentLines, pairs);
    }

    private List<PaymentLine> lines(List<FieldError> errors) {
        if (lines == null || lines.isEmpty() || lines.size() > LINES_MAX) {
            errors.add(new FieldError("lines", "must be 1 to 100"));
            return List.of();
        }
        return IntStream.range(0, lines.size())
                .mapToObj(i -> line(i, lines.get(i), errors))
                .toList();
    }

    private static PaymentLine line(int index, @Nullable Line line, List<FieldError> errors) {
        String at = "lines[" + index + "]";
        String sellerId = line == null ? null : line.sellerId();
        Long amountMinor = line == null ? null : line.amount();
        long feeMinor = line == null || line.fee() == null ? 0 : line.fee();
        if (sellerId == null || !SellerId.isValid(sellerId)) {
            errors.add(new FieldError(at + ".sellerId", SellerId.RULE));
        }
        if (amountMinor == null || amountMinor <= 0) {
            errors.add(new FieldError(at + ".amount", "must be an integer above 0, in minor units"));
        } else if (feeMinor < 0 || feeMinor > amountMinor) {
            errors.add(new FieldError(at + ".fee", "must be an integer from 0 to the amount, in minor units"));
        }
        return new PaymentLine(
                Integer.toString(index + 1),
                sellerId == null ? "" : sellerId,
                amountMinor == null ? 0 : amountMinor,
                feeMinor);
    }

    private static long sum(List<PaymentLine> lines, List<FieldError> errors) {
        try {
            return lines.stream().mapToLong(PaymentLine::amountMinor).reduce(0, Math::addExact);
        } catch (ArithmeticException overflow) {
            errors.add(new FieldError("lines", "must sum to less than 2^63"));
            return 0;
        }
    }

    private Map<String, String> metadata(List<FieldError> errors) {
        if (metadata == null) {
            return Map.of();
        }
        if (metadata.size() > METADATA_MAX) {
            errors.add(new FieldError("metadata", "may have 50 keys"));
        }
        boolean valid = metadata.entrySet().stream()
                .allMatch(pair -> pair.getKey().length() <= METADATA_KEY_MAX
                        && pair.getValue() != null
                        && pair.getValue().length() <= METADATA_VALUE_MAX);
        if (!valid) {
            errors.add(new FieldError("metadata", "may have keys of 40 characters and text values of 500"));
            return Map.of();
        }
        return Map.copyOf(metadata);
    }

    private static void refuseCardNumbers(Map<String, String> pairs) {
        pairs.keySet().forEach(key -> CardNumbers.refuseIn("metadata", key));
        pairs.forEach((key, value) -> CardNumbers.refuseIn("metadata." + key, value));
    }
}
