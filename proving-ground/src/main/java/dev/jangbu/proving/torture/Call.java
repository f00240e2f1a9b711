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
        CREATE(List.of("201")),
        CONFIRM(List.of("200", "202", "402 payment-declined", "409 payment-final", "422 amount-mismatch")),
        CANCEL(List.of("200", "202", "402 refund-refused", "409 payment-final")),
        REFUND(List.of("201", "202", "402 refund-refused", "409 payment-not-refundable", "422 refund-exceeds-payment")),
        PAYOUT(List.of("202", "412 version-conflict")),
        RESOLVE(List.of("200", "409 not-in-review"));

        private final List<String> answers;

        Kind(List<String> answers) {
            this.answers = answers;
        }

        boolean answers(String answer) {
            return answers.contains(answer);
        }
    }

    Call(Kind kind, String path, String key, String body, String... headers) {
        this(kind, path, key, body, List.of(headers));
    }
}
