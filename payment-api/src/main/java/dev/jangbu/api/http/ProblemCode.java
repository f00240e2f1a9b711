package dev.jangbu.api.http;

/** The values of a problem's {@code code}, each with its HTTP status and title (RFC 9457). */
public enum ProblemCode {
    MALFORMED_REQUEST(400, "The request can't be read"),
    IDEMPOTENCY_KEY_MISSING(400, "An Idempotency-Key is needed"),
    UNAUTHORIZED(401, "No valid API key"),
    PAYMENT_DECLINED(402, "The payment was declined"),
    REFUND_REFUSED(402, "The refund was refused"),
    FORBIDDEN(403, "The API key lacks a scope"),
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
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
    IDEMPOTENCY_KEY_REUSED(422, "The Idempotency-Key was used for another call"),
    TOO_MANY_REQUESTS(429, "Too many requests with this API key"),
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    INTERNAL(500, "Something is wrong on our side"),
    /** Sent by the streams processor, whose responses the gateway passes on. */
    RESTORING(503, "The wallets are being restored"),
    QUEUE_FULL(503, "Too many payments are queued"),
    UNAVAILABLE(503, "Not available at the moment"),
    OUTCOME_NOT_RECORDED(503, "The outcome is not recorded yet");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The code in problems: lower case with hyphens. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
