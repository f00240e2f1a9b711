package dev.jangbu.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bodies of the two calls that move money. Other fields of Toss's API are ignored. */
final class Commands {
    private static final Pattern ORDER_ID = Pattern.compile("[A-Za-z0-9_=-]{6,64}");
    private static final int TEXT_LIMIT = 200;

    private Commands() {}

    /** {@code POST /v1/payments/confirm}. The notation of the amount chooses the currency, see {@link Currency}. */
    record Confirm(String paymentKey, String orderId, Currency currency, long amountMinor) {

        static Confirm parse(JsonNode body) {
            BigDecimal amount = amountOf(body, "amount");
            if (amount == null) {
                throw new InvalidRequestException("amount is required");
            }
            Currency currency = Currency.ofConfirmed(amount);
            return new Confirm(textOf(body, "paymentKey"), orderIdOf(body), currency, currency.minor(amount));
        }
    }

    /** {@code POST /v1/payments/{paymentKey}/cancel}. Without an amount, the remaining balance is cancelled. */
    record Cancel(
            String paymentKey, String reason, @Nullable BigDecimal amount) {

        static Cancel parse(String paymentKey, JsonNode body) {
            return new Cancel(paymentKey, textOf(body, "cancelReason"), amountOf(body, "cancelAmount"));
        }
    }

    private static String orderIdOf(JsonNode body) {
        String orderId = textOf(body, "orderId");
        if (!ORDER_ID.matcher(orderId).matches()) {
            throw new InvalidRequestException("orderId has 6 to 64 letters, digits, '-', '_', '='");
        }
        return orderId;
    }

    private static String textOf(JsonNode body, String field) {
        String text = body.path(field).asText("");
        if (!body.path(field).isTextual() || text.isBlank() || text.length() > TEXT_LIMIT) {
            throw new InvalidRequestException(field + " is required, as text of at most " + TEXT_LIMIT + " characters");
        }
        return text;
    }

    private static @Nullable BigDecimal amountOf(JsonNode body, String field) {
        JsonNode amount = body.path(field);
        if (amount.isMissingNode() || amount.isNull()) {
            return null;
        }
        if (!amount.isNumber()) {
            throw new InvalidRequestException(field + " must be a number");
        }
        return amount.decimalValue();
    }
}
