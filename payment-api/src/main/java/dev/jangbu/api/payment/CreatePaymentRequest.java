package dev.jangbu.api.payment;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.SellerId;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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

    /**
     * The validated request.
     *
     * @param metadata in the order of the request
     */
    record Valid(
            String orderId, String currency, long amountMinor, List<PaymentLine> lines, Map<String, String> metadata) {}

    /**
     * The canonical form of the request: without optional members that have their defaults, fees of 0 and metadata
     * without keys. Its fingerprint is that of every notation of the call.
     */
    CreatePaymentRequest withoutDefaults() {
        return withOptional(
                fee -> fee == null || fee == 0 ? null : fee, pairs -> pairs == null || pairs.isEmpty() ? null : pairs);
    }

    /** The request with its defaults. A former version stored the fingerprint of the request as it was written. */
    CreatePaymentRequest withDefaults() {
        return withOptional(
                fee -> fee == null ? 0L : fee, pairs -> pairs == null ? Map.<String, @Nullable String>of() : pairs);
    }

    private CreatePaymentRequest withOptional(
            Function<@Nullable Long, @Nullable Long> fee,
            Function<@Nullable Map<String, @Nullable String>, @Nullable Map<String, @Nullable String>> pairs) {
        return new CreatePaymentRequest(
                orderId,
                currency,
                lines == null
                        ? null
                        : lines.stream()
                                .<@Nullable Line>map(line -> line == null
                                        ? null
                                        : new Line(line.sellerId(), line.amount(), fee.apply(line.fee())))
                                .toList(),
                pairs.apply(metadata));
    }

    /**
     * @param maxAmountMinor the largest amount of a payment
     * @param currencies those that the PSP takes
     * @throws Problem 422 that names every invalid field
     */
    Valid validated(long maxAmountMinor, Collection<String> currencies) {
        FieldErrors errors = new FieldErrors();
        String order = errors.matching("orderId", orderId, ORDER_ID, "must be 6 to 64 of A-Z a-z 0-9 _ -");
        String code = errors.currency("currency", currency, currencies);
        List<PaymentLine> paymentLines = lines(errors, maxAmountMinor);
        Valid valid = new Valid(order, code, sum(paymentLines, errors, maxAmountMinor), paymentLines, metadata(errors));
        errors.throwIfAny();
        refuseCardNumbers(valid.metadata());
        return valid;
    }

    private List<PaymentLine> lines(FieldErrors errors, long maxAmountMinor) {
        if (lines == null || lines.isEmpty() || lines.size() > LINES_MAX) {
            errors.add("lines", "must be 1 to 100");
            return List.of();
        }
        return IntStream.range(0, lines.size())
                .mapToObj(i -> line(i, lines.get(i), errors, maxAmountMinor))
                .toList();
    }

    private static PaymentLine line(int index, @Nullable Line given, FieldErrors errors, long maxAmountMinor) {
        Line line = given == null ? new Line(null, null, null) : given;
        String at = "lines[" + index + "]";
        String sellerId = line.sellerId() == null ? "" : line.sellerId();
        if (!SellerId.isValid(sellerId)) {
            errors.add(at + ".sellerId", SellerId.RULE);
        }
        long amountMinor = errors.amountMinor(at + ".amount", line.amount(), maxAmountMinor);
        long feeMinor = line.fee() == null ? 0 : line.fee();
        if (amountMinor > 0 && (feeMinor < 0 || feeMinor > amountMinor)) {
            errors.add(at + ".fee", "must be an integer from 0 to the amount, in minor units");
        }
        return new PaymentLine(Integer.toString(index + 1), sellerId, amountMinor, feeMinor);
    }

    private static long sum(List<PaymentLine> lines, FieldErrors errors, long maxAmountMinor) {
        long sumMinor = lines.stream().mapToLong(PaymentLine::amountMinor).reduce(0, Math::addExact);
        if (sumMinor > maxAmountMinor) {
            errors.add("lines", "must sum to at most " + maxAmountMinor + ", in minor units");
        }
        return sumMinor;
    }

    private Map<String, String> metadata(FieldErrors errors) {
        if (metadata == null) {
            return Map.of();
        }
        if (metadata.size() > METADATA_MAX) {
            errors.add("metadata", "may have 50 keys");
        }
        boolean valid = metadata.entrySet().stream()
                .allMatch(pair -> FieldErrors.length(pair.getKey()) <= METADATA_KEY_MAX
                        && pair.getValue() != null
                        && FieldErrors.length(pair.getValue()) <= METADATA_VALUE_MAX);
        if (!valid) {
            errors.add("metadata", "may have keys of 40 characters and text values of 500");
            return Map.of();
        }
        // In the order of the request, which a copy as an immutable map would lose.
        return Collections.unmodifiableMap(metadata);
    }

    private static void refuseCardNumbers(Map<String, String> pairs) {
        pairs.keySet().forEach(key -> CardNumbers.refuseIn("metadata", key));
        pairs.forEach((key, value) -> CardNumbers.refuseIn("metadata." + key, value));
    }
}
