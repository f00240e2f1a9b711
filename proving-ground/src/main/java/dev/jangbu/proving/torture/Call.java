package dev.jangbu.proving.torture;

import java.util.List;

/**
 * A call that changes something, as it is repeated: with its key, and always the same.
 *
 * @param headers names and values in turn
 */
record Call(Kind kind, String path, String key, String body, List<String> headers) {

    /** What is asked for, with the answers that the contract has for it besides those that only ask for patience. */
    enum Kind {
        CREATE("201"),
        CONFIRM("200, 202, 402 payment-declined, 409 payment-final, 422 amount-mismatch"),
        CANCEL("200, 202, 402 refund-refused, 409 payment-final"),
        REFUND("201, 202, 402 refund-refused, 409 payment-not-refundable, 422 refund-exceeds-payment"),
        PAYOUT("202, 412 version-conflict"),
        RESOLVE("200, 409 not-in-review");

        /** Separated by commas. */
        private final String answers;

        Kind(String answers) {
            this.answers = answers;
        }

        boolean answers(String answer) {
            return List.of(answers.split(", ", -1)).contains(answer);
        }
    }

    Call(Kind kind, String path, String key, String body, String... headers) {
        this(kind, path, key, body, List.of(headers));
    }
}
