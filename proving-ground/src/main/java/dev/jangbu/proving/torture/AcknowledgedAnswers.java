package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.HttpApi.Answer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every final answer that was given for a key. Whoever asks again gets it again: the same status, the same id, the same amount
 * (invariant 11).
 */
final class AcknowledgedAnswers {

    private final Map<String, Kept> kept = new ConcurrentHashMap<>();
    private final Violations breaches = new Violations();

    /** @param at when it had come, in {@link System#nanoTime()} */
    private record Kept(String said, long at) {}

    /**
     * Takes note of an answer.
     *
     * @param asked when the call was sent, in {@link System#nanoTime()}
     */
    synchronized void note(Call call, long asked, Answer answer) {
        String code = code(answer);
        if (!isPatience(answer) && !call.kind().answers(code)) {
            breaches.add(
                    "%s %s (key %s, %s) was answered %s", call.kind(), call.path(), call.key(), call.body(), answer);
        }
        String said = finalWord(call, answer);
        Kept before = kept.get(call.key());
        if (before == null) {
            if (said != null) {
                kept.put(call.key(), new Kept(said, System.nanoTime()));
            }
        } else if (said != null && !said.equals(before.said())) {
            breaches.add("the key %s was answered [%s] and later [%s]", call.key(), before.said(), said);
        } else if (said == null && before.at() - asked < 0 && answer.status() != 503) {
            breaches.add("the key %s was answered [%s], and asked again %s", call.key(), before.said(), answer);
        }
    }

    /** Takes note of the answer to another body under a key that has its final answer. */
    synchronized void noteOtherBody(Call call, Answer answer) {
        if (answer.status() != 503 && !code(answer).equals("422 idempotency-key-reused")) {
            breaches.add("the key %s took another body and was answered %s", call.key(), answer);
        }
    }

    /** Takes note of what no contract allows: no answer for long, or something that can't be read. */
    synchronized void broken(String what) {
        breaches.add("%s", what);
    }

    synchronized boolean hasFinalAnswer(Call call) {
        return kept.containsKey(call.key());
    }

    /** What was broken so far. */
    Violations breaches() {
        return breaches;
    }

    /** The status, and a problem's code. */
    static String code(Answer answer) {
        return answer.status() < 400 ? Integer.toString(answer.status()) : answer.status() + " " + answer.text("code");
    }

    /** Answers that say: not now. */
    static boolean isPatience(Answer answer) {
        if (answer.status() == 409) {
            String code = answer.text("code");
            return code.equals("idempotency-key-in-use") || code.equals("payment-in-progress");
        }
        return answer.status() == 503;
    }

    private static @Nullable String finalWord(Call call, Answer answer) {
        int status = answer.status();
        boolean done = status == 200 || status == 201 || (status == 202 && call.kind() == Call.Kind.PAYOUT);
        if (done) {
            return status + " " + answer.text("id") + " " + answer.text("amount");
        }
        // Decided under the payment's lock, and kept.
        boolean kept = status == 402 || (status == 422 && call.kind() == Call.Kind.REFUND);
        return kept ? code(answer) + " " + answer.text("pspCode") : null;
    }
}
