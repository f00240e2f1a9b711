package dev.jangbu.api.psp.toss;

import dev.jangbu.api.psp.Money;
import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.psp.PspCancel;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what Toss answers. Refusals are told apart by their code alone: the HTTP status does not say whether money moved.
 * A code that isn't known to be final settles nothing, and neither does any code of a server in trouble (5xx).
 *
 * @see <a href="https://docs.tosspayments.com/reference/error-codes">Toss Payments: error codes</a>
 */
final class TossResponses {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The buyer, the card or the contract says no, and will say no to a repetition of the same payment key. */
    private static final Set<String> DECLINES = Set.of(
            "BELOW_MINIMUM_AMOUNT",
            "EXCEED_MAX_AMOUNT",
            "EXCEED_MAX_AUTH_COUNT",
            "EXCEED_MAX_CARD_INSTALLMENT_PLAN",
            "EXCEED_MAX_DAILY_PAYMENT_COUNT",
            "EXCEED_MAX_ONE_DAY_AMOUNT",
            "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT",
            "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT",
            "EXCEED_MAX_PAYMENT_AMOUNT",
            "FDS_ERROR",
            "INVALID_ACCOUNT_INFO_RE_REGISTER",
            "INVALID_AUTHORIZE_AUTH",
            "INVALID_CARD_EXPIRATION",
            "INVALID_CARD_INSTALLMENT_PLAN",
            "INVALID_CARD_LOST_OR_STOLEN",
            "INVALID_CARD_NUMBER",
            "INVALID_PASSWORD",
            "INVALID_REJECT_CARD",
            "INVALID_STOPPED_CARD",
            "INVALID_UNREGISTERED_SUBMALL",
            "NOT_ALLOWED_POINT_USE",
            "NOT_AVAILABLE_BANK",
            "NOT_AVAILABLE_PAYMENT",
            "NOT_FOUND_PAYMENT_SESSION",
            "NOT_REGISTERED_BUSINESS",
            "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT",
            "NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN",
            "REJECT_ACCOUNT_PAYMENT",
            "REJECT_CARD_COMPANY",
            "REJECT_CARD_PAYMENT",
            "REJECT_TOSSPAY_INVALID_ACCOUNT",
            "RESTRICTED_TRANSFER_ACCOUNT");

    /**
     * No money went back, and a repetition would not change that. {@code ALREADY_CANCELED_PAYMENT} and {@code
     * ALREADY_REFUND_PAYMENT} are not among them: what went back may have been this very refund, so the payment is looked at.
     */
    private static final Set<String> CANCEL_REFUSALS = Set.of(
            "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
            "EXCEED_MAX_REFUND_DUE",
            "FORBIDDEN_BANK_REFUND_REQUEST",
            "INVALID_BANK",
            "INVALID_REFUND_ACCOUNT_INFO",
            "INVALID_REFUND_ACCOUNT_NUMBER",
            "NOT_ALLOWED_PARTIAL_REFUND",
            "NOT_AVAILABLE_BANK",
            "NOT_CANCELABLE_AMOUNT",
            "NOT_CANCELABLE_PAYMENT",
            "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
            "NOT_MATCHES_REFUNDABLE_AMOUNT",
            "REFUND_REJECTED");

    private TossResponses() {}

    /** The answer to a confirmation. */
    static PspResult readConfirm(int status, byte[] body) {
        return read(status, body, DECLINES);
    }

    /** The answer to a cancellation. */
    static PspResult readCancel(int status, byte[] body) {
        return read(status, body, CANCEL_REFUSALS);
    }

    /** The answer to a look-up: only what the payment itself says settles anything, never that looking was refused. */
    static PspResult readLookUp(int status, byte[] body) {
        return read(status, body, Set.of());
    }

    /** The status counts where it says that the PSP itself is in trouble: what it answers then settles nothing. */
    private static PspResult read(int status, byte[] body, Set<String> finalCodes) {
        try {
            JsonNode answer = JSON.readTree(body);
            if (status / 100 == 2) {
                return payment(answer);
            }
            String code = answer.path("code").asString("");
            return status / 100 == 4 ? refusal(code, finalCodes) : uncertain(code);
        } catch (JacksonException
                | ArithmeticException
                | IllegalArgumentException
                | DateTimeParseException unreadable) {
            return new PspResult.Uncertain("the answer can't be read");
        }
    }

    private static PspResult payment(JsonNode payment) {
        String status = text(payment, "status");
        return switch (status) {
            case "DONE" -> charged(payment, false);
            case "CANCELED", "PARTIAL_CANCELED" -> charged(payment, true);
            case "ABORTED", "EXPIRED" -> new PspResult.Declined(status);
            case "READY", "IN_PROGRESS" -> new PspResult.InProgress();
            // A deposit may come days later: neither sent again nor ever declined by us.
            case "WAITING_FOR_DEPOSIT" -> new PspResult.Uncertain("waiting for a deposit");
            default -> new PspResult.Uncertain("a payment of an unknown status");
        };
    }

    private static PspResult charged(JsonNode payment, boolean canceled) {
        String currency = text(payment, "currency");
        return new PspResult.Charged(
                text(payment, "paymentKey"),
                text(payment, "orderId"),
                Money.minorUnits(number(payment, "totalAmount"), currency),
                currency,
                canceled,
                canceled ? cancels(payment.path("cancels"), currency) : List.of());
    }

    /** Only what is done counts; a cancellation that the PSP is still at shows up as done later. */
    private static List<PspCancel> cancels(JsonNode cancels, String currency) {
        return cancels.valueStream()
                .filter(cancel -> cancel.path("cancelStatus").asString("DONE").equals("DONE"))
                .map(cancel -> new PspCancel(
                        text(cancel, "transactionKey"),
                        Money.minorUnits(number(cancel, "cancelAmount"), currency),
                        OffsetDateTime.parse(text(cancel, "canceledAt")).toInstant()))
                .toList();
    }

    private static BigDecimal number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isNumber()) {
            throw new IllegalArgumentException(field);
        }
        return value.decimalValue();
    }

    private static PspResult refusal(String code, Set<String> finalCodes) {
        if (finalCodes.contains(code)) {
            return new PspResult.Declined(code);
        }
        return code.equals("NOT_FOUND_PAYMENT") ? new PspResult.NotFound() : uncertain(code);
    }

    private static PspResult uncertain(String code) {
        return new PspResult.Uncertain(code.matches("[A-Z0-9_]{1,80}") ? code : "an error without a code");
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(field);
        }
        return value.stringValue();
    }
}
