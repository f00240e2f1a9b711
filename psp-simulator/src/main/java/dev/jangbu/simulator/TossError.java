package dev.jangbu.simulator;

/**
 * The error codes of the simulator, with HTTP status and meaning of Toss Payments' error code tables. Messages are
 * English, as Toss sends for {@code Accept-Language: en}.
 */
enum TossError {
    ALREADY_CANCELED_PAYMENT(400, "The payment is already cancelled."),
    ALREADY_PROCESSED_PAYMENT(400, "The payment is already processed."),
    INVALID_IDEMPOTENCY_KEY(400, "An idempotency key has at most 300 characters."),
    INVALID_REQUEST(400, "The request is not valid."),
    INVALID_TRANSACTION_KEY(400, "The paging key is not valid."),
    UNAUTHORIZED_KEY(401, "The secret key is not recognised."),
    FORBIDDEN_CONSECUTIVE_REQUEST(403, "Repeated requests are not allowed. Try again later."),
    NOT_CANCELABLE_AMOUNT(403, "The amount cannot be cancelled."),
    NOT_CANCELABLE_PAYMENT(403, "The payment cannot be cancelled."),
    REJECT_CARD_COMPANY(403, "The card company refused the payment."),
    NOT_FOUND_PAYMENT(404, "The payment does not exist."),
    IDEMPOTENT_REQUEST_PROCESSING(409, "An earlier request with this idempotency key is still being processed."),
    FAILED_INTERNAL_SYSTEM_PROCESSING(500, "Internal processing failed. Try again later.");

    final int status;
    final String message;

    TossError(int status, String message) {
        this.status = status;
        this.message = message;
    }
}
