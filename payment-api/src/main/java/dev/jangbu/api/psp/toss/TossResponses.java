package dev.jangbu.api.psp.toss;

import dev.jangbu.api.psp.Money;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspResult;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Parses Toss's responses. The error code classifies a refusal: the HTTP status does not say whether money moved.
 *
 * <ul>
 *   <li>A code that is known as final is {@link PspResult.Declined}.
 *   <li>A code that asks for another try, or any code with a 5xx status, is {@link PspResult.Uncertain}. So is an answer
 *       without a code, which a proxy may have sent.
 *   <li>Another code is {@link PspResult.Rejected}: a repetition would get the same answer.
 * </ul>
 *
 * @see <a href="https://docs.tosspayments.com/reference/error-codes">Toss Payments: error codes</a>
 */
final class TossResponses {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /**
     * Final refusals of a confirmation: a repetition with the same payment key would be refused as well. They don't say
     * that an earlier attempt was refused.
     */
    private static final Set<String> CONFIRM_REFUSALS = Set.of(
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
            "INVALID_REQUEST",
            "INVALID_STOPPED_CARD",
            "INVALID_UNREGISTERED_SUBMALL",
            "NOT_ALLOWED_POINT_USE",
            "NOT_AVAILABLE_BANK",
            "NOT_AVAILABLE_PAYMENT",
            "NOT_FOUND_PAYMENT_SESSION",
            "NOT_FOUND_TERMINAL_ID",
            "NOT_REGISTERED_BUSINESS",
            "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT",
            "NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN",
            "REJECT_ACCOUNT_PAYMENT",
            "REJECT_CARD_COMPANY",
            "REJECT_CARD_PAYMENT",
            "REJECT_TOSSPAY_INVALID_ACCOUNT",
            "RESTRICTED_TRANSFER_ACCOUNT",
            "UNAPPROVED_ORDER_ID");

    /**
     * Final refusals of a cancellation: the call refunded no money. They don't say that an earlier attempt refunded
     * none: after {@code ALREADY_CANCELED_PAYMENT} the earlier cancellation may be this refund.
     */
    private static final Set<String> CANCEL_REFUSALS = Set.of(
            "ALREADY_CANCELED_PAYMENT",
            "ALREADY_REFUND_PAYMENT",
            "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
            "EXCEED_MAX_REFUND_DUE",
            "FORBIDDEN_BANK_REFUND_REQUEST",
            "INVALID_BANK",
            "INVALID_REFUND_ACCOUNT_INFO",
            "INVALID_REFUND_ACCOUNT_NUMBER",
            "INVALID_REQUEST",
            "NOT_ALLOWED_PARTIAL_REFUND",
            "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
            "NOT_AVAILABLE_BANK",
            "NOT_CANCELABLE_AMOUNT",
            "NOT_CANCELABLE_PAYMENT",
            "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
            "NOT_MATCHES_REFUNDABLE_AMOUNT",
            "REFUND_REJECTED");

    /**
     * Errors that pass: a failure of a service behind Toss, a call that is still running, a payment that a look-up shows as
     * processed, a secret key that an operator has to correct.
     */
    private static final Set<String> TEMPORARY = Set.of(
            "ALREADY_PROCESSED_PAYMENT",
            "CARD_PROCESSING_ERROR",
            "COMMON_ERROR",
            "FAILED_INTERNAL_SYSTEM_PROCESSING",
            "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
            "FORBIDDEN_CONSECUTIVE_REQUEST",
            "IDEMPOTENT_REQUEST_PROCESSING",
            "INCORRECT_BASIC_AUTH_FORMAT",
            "INVALID_API_KEY",
            "PROVIDER_ERROR",
            "UNAUTHORIZED_KEY",
            "UNKNOWN_PAYMENT_ERROR");

    /** Unauthorized, proxy authentication, request timeout, conflict, too early, too many requests (RFC 9110, RFC 6585). */
    private static final Set<Integer> TEMPORARY_STATUS = Set.of(401, 407, 408, 409, 425, 429);

    private static final String NOT_FOUND = "NOT_FOUND_PAYMENT";

    private static final Pattern CODE = Pattern.compile("[A-Z0-9_]{1,80}");

    private TossResponses() {}

    /** Parses the response to a confirmation. */
    static PspResult parseConfirm(int status, byte[] body) {
        return parse(status, body, code -> refusal(status, code, CONFIRM_REFUSALS));
    }

    /** Parses the response to a cancellation. */
    static PspResult parseCancel(int status, byte[] body) {
        return parse(status, body, code -> refusal(status, code, CANCEL_REFUSALS));
    }

    /** Parses the response to a look-up. Only a payment is conclusive, never a refusal of the look-up. */
    static PspResult parseLookUp(int status, byte[] body) {
        return parse(status, body, TossResponses::open);
    }

    /** Of the HTTP status only its class counts: 2xx has a payment, 4xx an error code, and 5xx is never final. */
    private static PspResult parse(int status, byte[] body, Function<String, PspResult> refusal) {
        try {
            JsonNode response = JSON.readTree(body);
            if (status / 100 == 2) {
                return payment(response);
            }
            String code = response.path("code").asString("");
            return status / 100 == 4 ? refusal.apply(code) : uncertain(code);
        } catch (JacksonException | ArithmeticException | IllegalArgumentException | DateTimeParseException e) {
            return new PspResult.Uncertain("the response can't be read");
        }
    }

    private static PspResult payment(JsonNode payment) {
        String status = text(payment, "status");
        return switch (status) {
            case "DONE" -> charged(payment, false);
            case "CANCELED", "PARTIAL_CANCELED" -> charged(payment, true);
            case "ABORTED", "EXPIRED" -> new PspResult.Declined(status);
            case "READY", "IN_PROGRESS" -> new PspResult.InProgress();
            // A deposit may arrive days later: the payment is neither confirmed again nor declined.
            case "WAITING_FOR_DEPOSIT" -> new PspResult.Uncertain("waiting for a deposit");
            default -> new PspResult.Uncertain("a payment of an unknown status");
        };
    }

    /** A charge: every payment in these statuses has {@code approvedAt}. {@code lastTransactionKey} may be null. */
    private static PspResult charged(JsonNode payment, boolean canceled) {
        String currency = text(payment, "currency");
        return new PspResult.Charged(
                text(payment, "paymentKey"),
                text(payment, "orderId"),
                Money.minorUnits(number(payment, "totalAmount"), currency),
                currency,
                time(payment, "approvedAt"),
                payment.path("lastTransactionKey").stringValueOpt().orElse(null),
                canceled,
                canceled ? cancels(payment.path("cancels"), currency) : List.of());
    }

    /** Completed cancellations; a pending one appears as DONE later. */
    private static List<PspCancel> cancels(JsonNode cancels, String currency) {
        return cancels.valueStream()
                .filter(cancel -> cancel.path("cancelStatus").asString("DONE").equals("DONE"))
                .map(cancel -> new PspCancel(
                        text(cancel, "transactionKey"),
                        Money.minorUnits(number(cancel, "cancelAmount"), currency),
                        time(cancel, "canceledAt")))
                .toList();
    }

    /** A time in ISO 8601 with an offset. */
    private static Instant time(JsonNode node, String field) {
        return OffsetDateTime.parse(text(node, field)).toInstant();
    }

    private static BigDecimal number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isNumber()) {
            throw new IllegalArgumentException(field);
        }
        return value.decimalValue();
    }

    private static PspResult refusal(int status, String code, Set<String> finalCodes) {
        if (finalCodes.contains(code)) {
            return new PspResult.Declined(code);
        }
        boolean passes = TEMPORARY.contains(code) || TEMPORARY_STATUS.contains(status);
        return passes || code.equals(NOT_FOUND) || !CODE.matcher(code).matches()
                ? open(code)
                : new PspResult.Rejected(code);
    }

    private static PspResult open(String code) {
        return code.equals(NOT_FOUND) ? new PspResult.NotFound() : uncertain(code);
    }

    private static PspResult uncertain(String code) {
        return new PspResult.Uncertain(CODE.matcher(code).matches() ? code : "an error without a code");
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(field);
        }
        return value.stringValue();
    }
}
