package dev.jangbu.proving.torture;

import java.util.List;

/**
 * A changing API call with its idempotency key; repetitions are identical.
 *
 * @param headers names and values alternately
 */
record Call(Kind kind, String path, String key, String body, List<String> headers) {

    /** The operation and the answers of its contract, besides retryable ones. */
    enum Kind {
        CREATE("201"),
        CONFIRM("200, 202, 402 payment-declined, 409 payment-final, 422 amount-mismatch"),
        CANCEL("200, 202, 402 refund-refused, 409 payment-final"),
        REFUND("201, 202, 402 refund-refused, 409 payment-not-refundable, 422 refund-exceeds-payment"),
        PAYOUT("202, 412 version-conflict"),
        RESOLVE("200, 409 not-in-review");

        /** Comma-separated. */
        private final String allowed;

        Kind(String allowed) {
            this.allowed = allowed;
        }

        boolean allows(String answer) {
            return List.of(allowed.split(", ", -1)).contains(answer);
        }
    }

    Call(Kind kind, String path, String key, String body, String... headers) {
        this(kind, path, key, body, List.of(headers));
    }

    /** The payment in the path of a call on a payment. */
    String paymentId() {
        return path.replaceFirst("^/payments/([^/]+)/.*$", "$1");
    }
}
