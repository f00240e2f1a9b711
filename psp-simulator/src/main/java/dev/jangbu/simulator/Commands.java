package dev.jangbu.simulator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bodies of the two calls that move money. Other fields of Toss's API are ignored. */
final class Commands {
    private static final Pattern ORDER_ID = Pattern.compile("[A-Za-z0-9_=-]{6,64}");
    private static final int TEXT_LIMIT = 200;

    private Commands() {}

    /** {@code POST /v1/payments/confirm}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Confirm(String paymentKey, String orderId, BigDecimal amount) {

        Confirm {
            requireText("paymentKey", paymentKey);
            requireText("orderId", orderId);
            if (!ORDER_ID.matcher(orderId).matches()) {
                throw new InvalidRequestException("orderId has 6 to 64 letters, digits, '-', '_', '='");
            }
            if (amount == null) {
                throw new InvalidRequestException("amount is required");
            }
        }
    }

    /** {@code POST /v1/payments/{paymentKey}/cancel}. Without an amount, the remaining balance is cancelled. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Cancel(String cancelReason, @Nullable BigDecimal cancelAmount) {

        Cancel {
            requireText("cancelReason", cancelReason);
        }

        long amountMinor(Payment payment) {
            return cancelAmount == null
                    ? payment.balanceMinor()
                    : payment.currency().minor(cancelAmount);
        }
    }

    private static void requireText(String field, @Nullable String text) {
        if (text == null || text.isBlank() || text.codePointCount(0, text.length()) > TEXT_LIMIT) {
            throw new InvalidRequestException(field + " is required, as text of at most " + TEXT_LIMIT + " characters");
        }
    }
}
