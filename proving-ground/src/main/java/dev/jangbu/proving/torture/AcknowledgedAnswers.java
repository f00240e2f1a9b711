package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.audit.Violations;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The final answers acknowledged for idempotency keys. A repetition must get the same status, id and amount (invariant
 * 11). Thread-safe.
 */
final class AcknowledgedAnswers {

    private final Map<String, FinalAnswer> finalAnswers = new ConcurrentHashMap<>();
    private final Violations violations = new Violations();

    /**
     * A final answer.
     *
     * @param at the time of receipt, {@link System#nanoTime()}
     */
    private record FinalAnswer(String text, long at) {}

    /**
     * Checks and records an answer.
     *
     * @param asked when the call was sent, {@link System#nanoTime()}
     */
    synchronized void record(Call call, long asked, Response answer) {
        String code = code(answer);
        if (!isRetryable(answer) && !call.kind().allows(code)) {
            violations.add(
                    "%s %s (key %s, %s) got an answer outside of its contract: %s",
                    call.kind(), call.path(), call.key(), call.body(), answer);
        }
        String text = finalResult(call, answer);
        FinalAnswer earlier = finalAnswers.get(call.key());
        if (earlier == null) {
            if (text != null) {
                finalAnswers.put(call.key(), new FinalAnswer(text, System.nanoTime()));
            }
        } else if (text != null && !text.equals(earlier.text())) {
            violations.add("key %s: first answer [%s], later answer [%s]", call.key(), earlier.text(), text);
        } else if (text == null && earlier.at() - asked < 0 && answer.status() != 503) {
            violations.add("key %s: first answer [%s], repetition %s", call.key(), earlier.text(), answer);
        }
    }

    /** Checks the answer to a different body under a key with a final answer. */
    synchronized void recordOtherBody(Call call, Response answer) {
        if (answer.status() != 503 && !code(answer).equals("422 idempotency-key-reused")) {
            violations.add("key %s: a different body was accepted: %s", call.key(), answer);
        }
    }

    /** Records a violation of the API contract, such as a missing or unreadable answer. */
    synchronized void addViolation(String what) {
        violations.add("%s", what);
    }

    synchronized boolean hasFinalAnswer(Call call) {
        return finalAnswers.containsKey(call.key());
    }

    /** The violations found so far. */
    Violations violations() {
        return violations;
    }

    /** The status and the problem code. */
    static String code(Response answer) {
        return answer.status() < 400 ? Integer.toString(answer.status()) : answer.status() + " " + answer.text("code");
    }

    /** True if the call must be retried. */
    static boolean isRetryable(Response answer) {
        if (answer.status() == 409) {
            String code = answer.text("code");
            return code.equals("idempotency-key-in-use") || code.equals("payment-in-progress");
        }
        return answer.status() == 503;
    }

    private static @Nullable String finalResult(Call call, Response answer) {
        int status = answer.status();
        boolean done = status == 200 || status == 201 || (status == 202 && call.kind() == Call.Kind.PAYOUT);
        if (done) {
            return status + " " + answer.text("id") + " " + answer.text("amount");
        }
        // Decided under the payment's lock and stored.
        boolean stored = status == 402 || (status == 422 && call.kind() == Call.Kind.REFUND);
        return stored ? code(answer) + " " + answer.text("pspCode") : null;
    }
}
