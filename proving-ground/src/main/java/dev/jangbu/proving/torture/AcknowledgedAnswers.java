package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.audit.Violations;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The final answers acknowledged for idempotency keys. A repetition must get the same status, id and amount (invariant
 * 11). Thread-safe.
 *
 * <p>A restore excuses its losses until the first final answer after it: an answer may be open again, and those that
 * neither Kafka nor the PSP has may differ. The id and the amount of a payment, a refund or a payout never do.
 */
final class AcknowledgedAnswers {

    /** Calls whose results are restored from Kafka without the fingerprint of the call. */
    private static final Set<Call.Kind> FROM_KAFKA = Set.of(Call.Kind.CANCEL, Call.Kind.REFUND, Call.Kind.PAYOUT);

    private final Map<String, FinalAnswer> finalAnswers = new ConcurrentHashMap<>();
    private final Violations violations = new Violations();

    /**
     * A final answer.
     *
     * @param at the time of receipt, {@link System#nanoTime()}
     * @param inTheDatabaseAlone whether neither Kafka nor the PSP has it for certain
     * @param state whether a restore may have lost it
     */
    private record FinalAnswer(String text, long at, boolean inTheDatabaseAlone, State state) {

        FinalAnswer in(State now) {
            return new FinalAnswer(text, System.nanoTime(), inTheDatabaseAlone, now);
        }
    }

    private enum State {
        KNOWN,
        /** A restore may have lost it. It is not repeated yet. */
        LOST,
        /** A restore may have lost it, with the fingerprint of its call. It was answered again. */
        REPEATED
    }

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
                finalAnswers.put(call.key(), finalAnswer(call, answer, text));
            }
        } else if (earlier.state() == State.LOST) {
            recordRepetition(call, earlier, answer, text);
        } else if (text != null && !text.equals(earlier.text())) {
            violations.add("key %s: first answer [%s], later answer [%s]", call.key(), earlier.text(), text);
        } else if (text == null && earlier.at() - asked < 0 && answer.status() != 503) {
            violations.add("key %s: first answer [%s], repetition %s", call.key(), earlier.text(), answer);
        }
    }

    /** Records the first answers after a restore. */
    private void recordRepetition(Call call, FinalAnswer earlier, Response answer, @Nullable String text) {
        if (text != null && text.equals(earlier.text())) {
            finalAnswers.put(call.key(), earlier.in(State.REPEATED));
        } else if (earlier.inTheDatabaseAlone()) {
            if (text != null) {
                finalAnswers.put(call.key(), finalAnswer(call, answer, text));
            } else if (!isOpen(answer)) {
                finalAnswers.remove(call.key());
            }
        } else if (text != null || !isOpen(answer)) {
            violations.add(
                    "key %s: first answer [%s], after the restore [%s] %s",
                    call.key(), earlier.text(), String.valueOf(text), answer);
        }
    }

    private static boolean isOpen(Response answer) {
        return isRetryable(answer) || answer.status() == 202;
    }

    /** Excuses what a restore may lose: the final answers since this {@link System#nanoTime()}. */
    synchronized void mayBeLost(long since) {
        finalAnswers.replaceAll((key, answer) -> answer.at() - since >= 0 ? answer.in(State.LOST) : answer);
    }

    /** Checks the answer to a different body under a key with a final answer. */
    synchronized void recordOtherBody(Call call, Response answer) {
        FinalAnswer earlier = finalAnswers.get(call.key());
        if (earlier != null
                && earlier.state() == State.REPEATED
                && FROM_KAFKA.contains(call.kind())
                && earlier.text().equals(finalResult(call, answer))) {
            // A restored refund or payout has lost the fingerprint of its call: it answers, and nothing is executed.
            return;
        }
        if (answer.status() != 503 && !code(answer).equals("422 idempotency-key-reused")) {
            violations.add("key %s: a different body was accepted: %s", call.key(), answer);
        }
    }

    /** Records a violation of the API contract, such as a missing or unreadable answer. */
    synchronized void addViolation(String what) {
        violations.add("%s", what);
    }

    /** Whether the key has a final answer that no restore may have lost. */
    synchronized boolean hasFinalAnswer(Call call) {
        FinalAnswer answer = finalAnswers.get(call.key());
        return answer != null && answer.state() != State.LOST;
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

    private static FinalAnswer finalAnswer(Call call, Response answer, String text) {
        boolean inTheDatabaseAlone =
                switch (call.kind()) {
                    case CREATE -> false;
                    // A decline is neither on Kafka nor a charge.
                    case CONFIRM -> answer.status() == 402;
                    // Nothing was charged: the cancellation is a status of the database. Or it was refused.
                    case CANCEL ->
                        answer.status() != 200 || answer.text("status").equals("CANCELED");
                    // A refusal is in the stored answer of the key.
                    case REFUND -> answer.status() != 201;
                    // A request that was not published yet. Its repetition is compared with the wallet's version again.
                    case PAYOUT -> true;
                    // A person's refusal is a status of the database.
                    case RESOLVE -> true;
                };
        return new FinalAnswer(text, System.nanoTime(), inTheDatabaseAlone, State.KNOWN);
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
