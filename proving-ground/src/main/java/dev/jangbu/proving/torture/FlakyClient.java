package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.HttpApi.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A client on a bad line, who repeats, hangs up, asks several times at once, and never gives up without an answer. */
final class FlakyClient {

    /**
     * For how long a client hopes for a final answer. The recovery asks the PSP again after a minute at the most, and the stack may be
     * struck again, and again, before it does. Whether it comes to rest in the end is the audit's question.
     */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration BETWEEN = Duration.ofMillis(150);

    private final HttpApi api;
    private final AcknowledgedAnswers promises;
    private final ClientTimeline seen;

    FlakyClient(HttpApi api, AcknowledgedAnswers promises, ClientTimeline seen) {
        this.api = api;
        this.promises = promises;
        this.seen = seen;
    }

    /** Reads until there is an answer other than "not now". */
    Answer read(String path, String... headers) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            String trouble;
            try {
                Answer answer = api.get(path, headers);
                seen.read(answer);
                if (answer.status() < 500) {
                    return answer;
                }
                trouble = answer.toString();
            } catch (IOException e) {
                seen.noAnswer();
                trouble = e.toString();
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException("Can't read " + path + ", at last " + trouble);
            }
            Thread.sleep(BETWEEN);
        }
    }

    AcknowledgedAnswers promises() {
        return promises;
    }

    /**
     * Calls until there is an answer that isn't "not now", by the ways of a bad line.
     *
     * @throws IllegalStateException if there is none in two minutes
     */
    Answer call(Call call, RandomGenerator random) throws InterruptedException {
        int trouble = random.nextInt(100);
        if (trouble < 8) {
            hangUp(call);
        } else if (trouble < 16) {
            severalAtOnce(call, 2 + random.nextInt(2));
        }
        Answer answer = untilAnswered(call);
        if (trouble >= 80 && promises.hasFinalAnswer(call)) {
            seen.repeated();
            untilAnswered(call);
            if (trouble >= 90) {
                otherBody(call);
            }
        }
        return answer;
    }

    /** Calls until there is an answer that isn't "not now". */
    Answer untilAnswered(Call call) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            String trouble;
            try {
                Answer answer = once(call, begin);
                // What is in review stays in progress until a person has looked.
                if (!AcknowledgedAnswers.isPatience(answer) || isInReview(call, answer)) {
                    return answer;
                }
                trouble = answer.toString();
            } catch (IOException e) {
                trouble = e.toString();
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException("No answer to " + call + ", at last " + trouble);
            }
            Thread.sleep(BETWEEN);
            seen.repeated();
        }
    }

    private Answer once(Call call, long begun) throws IOException {
        long asked = System.nanoTime();
        Answer answer;
        try {
            answer = api.post(
                    call.path(), call.key(), call.body(), call.headers().toArray(String[]::new));
        } catch (IOException e) {
            seen.noAnswer();
            throw e;
        }
        promises.note(call, asked, answer);
        seen.answered(call, begun, asked, answer);
        return answer;
    }

    private boolean isInReview(Call call, Answer answer) throws InterruptedException {
        if (!answer.text("code").equals("payment-in-progress")) {
            return false;
        }
        String payment = call.path().replaceFirst("^(/payments/[^/]+)/.*$", "$1");
        if (read(payment).text("status").equals("REVIEW")) {
            return true;
        }
        for (JsonNode refund : read(payment + "/refunds?limit=100").body().path("data")) {
            if (refund.path("status").asText().equals("REVIEW")) {
                return true;
            }
        }
        return false;
    }

    private void hangUp(Call call) {
        seen.repeated();
        try {
            api.postAndHangUp(
                    call.path(), call.key(), call.body(), call.headers().toArray(String[]::new));
        } catch (IOException e) {
            // A line that breaks earlier is the same.
        }
    }

    private void severalAtOnce(Call call, int copies) throws InterruptedException {
        List<Thread> copiesSent = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            seen.repeated();
            copiesSent.add(Thread.ofVirtual().start(() -> {
                try {
                    once(call, System.nanoTime());
                } catch (IOException e) {
                    // A broken line is nothing to the others.
                }
            }));
        }
        for (Thread copy : copiesSent) {
            copy.join();
        }
    }

    private void otherBody(Call call) {
        String body = call.body().contains("\"amount\":")
                ? call.body().replaceFirst("\"amount\":(\\d)", "\"amount\":1$1")
                : call.body().replaceFirst("\"reason\":\"", "\"reason\":\"not ");
        try {
            promises.noteOtherBody(
                    call, api.post(call.path(), call.key(), body, call.headers().toArray(String[]::new)));
        } catch (IOException e) {
            // Not answered, not judged.
        }
    }
}
