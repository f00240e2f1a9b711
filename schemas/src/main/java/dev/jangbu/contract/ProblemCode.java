package dev.jangbu.contract;

import java.net.URI;
import java.util.Locale;

/** Every {@code code} of a problem answer (RFC 9457) of any service, with its HTTP status and its title. */
public enum ProblemCode {
    MALFORMED_REQUEST(400, "The request can't be read"),
    IDEMPOTENCY_KEY_MISSING(400, "An Idempotency-Key is needed"),
    UNAUTHORIZED(401, "No valid API key"),
    PAYMENT_DECLINED(402, "The payment was declined"),
    REFUND_REFUSED(402, "The refund was refused"),
    FORBIDDEN(403, "The API key lacks a scope"),
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    /** Returned by ledger-service only. */
    NOT_ACCEPTABLE(406, "The answer is JSON"),
    REQUEST_TIMEOUT(408, "The body did not arrive in time"),
    ORDER_ALREADY_EXISTS(409, "The order has a payment already"),
    PAYMENT_IN_PROGRESS(409, "The payment is being worked on"),
    PAYMENT_FINAL(409, "The payment is final"),
    PAYMENT_NOT_REFUNDABLE(409, "The payment can't be refunded"),
    NOT_IN_REVIEW(409, "There is nothing to decide"),
    PAYMENT_KEY_USED(409, "The payment key belongs to another payment"),
    LAST_ADMIN_KEY(409, "The last key that can manage keys"),
    IDEMPOTENCY_KEY_IN_USE(409, "A call with this Idempotency-Key is being worked on"),
    VERSION_CONFLICT(412, "The wallet has moved on"),
    BODY_TOO_LARGE(413, "The body is too large"),
    URI_TOO_LONG(414, "The URI is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body must be application/json"),
    INVALID_FIELD(422, "A field is invalid"),
    CARD_NUMBER_REFUSED(422, "A card number is not taken here"),
    AMOUNT_MISMATCH(422, "The amount differs from the payment's"),
    REFUND_EXCEEDS_PAYMENT(422, "More would go back than was paid"),
    WALLET_LIMIT_EXCEEDED(422, "A seller's wallet can't take the payment"),
    IDEMPOTENCY_KEY_REUSED(422, "The Idempotency-Key was used for another call"),
    TOO_MANY_REQUESTS(429, "Too many requests with this API key"),
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    INTERNAL(500, "Something is wrong on our side"),
    /** Returned by streams-processor only, and passed through by payment-api. */
    RESTORING(503, "The wallets are being restored"),
    QUEUE_FULL(503, "Too many payments are queued"),
    UNAVAILABLE(503, "Not available at the moment"),
    OUTCOME_NOT_RECORDED(503, "The outcome is not recorded yet"),
    /** Returned to every write while the payments database lacks something that was committed and published. */
    RESTORED(503, "The payments database was restored");

    private final int status;
    private final String title;
    private final String text;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
        this.text = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The problem's {@code title}. */
    public String title() {
        return title;
    }

    /** The problem's {@code code}, in lower case with hyphens: {@code invalid-field}. */
    public String text() {
        return text;
    }

    /** The problem's {@code type}: {@code urn:jangbu:problem:invalid-field}. */
    public URI type() {
        return URI.create("urn:jangbu:problem:" + text);
    }
}
