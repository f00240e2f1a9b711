package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.HttpApi.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A client with an unreliable connection: it repeats calls, closes connections, sends copies concurrently, and retries
 * until it gets an answer.
 */
final class FlakyClient {

    /**
     * The time limit for a final answer. Recovery asks the PSP again within a minute, and more faults may follow before
     * that. Whether the stack becomes quiescent is checked by the audit.
     */
    static final Duration TIMEOUT = Duration.ofMinutes(10);

    private static final Duration RETRY_DELAY = Duration.ofMillis(150);

    private final HttpApi api;
    private final AcknowledgedAnswers answers;
    private final ClientTimeline timeline;

    FlakyClient(HttpApi api, AcknowledgedAnswers answers, ClientTimeline timeline) {
        this.api = api;
        this.answers = answers;
        this.timeline = timeline;
    }

    /** Reads until the answer is not retryable. */
    Response read(String path, String... headers) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            String lastError;
            try {
                Response answer = api.get(path, headers);
                timeline.recordRead(answer);
                if (answer.status() < 500) {
                    return answer;
                }
                lastError = answer.toString();
            } catch (IOException e) {
                timeline.recordNoAnswer();
                lastError = e.toString();
            }
            if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
                throw new IllegalStateException("Can't read " + path + ", last error: " + lastError);
            }
            Thread.sleep(RETRY_DELAY);
        }
    }

    AcknowledgedAnswers answers() {
        return answers;
    }

    /**
     * Calls until the answer is not retryable, with random connection problems.
     *
     * @throws IllegalStateException if there is none within {@link #TIMEOUT}
     */
    Response call(Call call, RandomGenerator random) throws InterruptedException {
        int trouble = random.nextInt(100);
        if (trouble < 8) {
            sendAndHangUp(call);
        } else if (trouble < 16) {
            sendConcurrently(call, 2 + random.nextInt(2));
        }
        Response answer = untilAnswered(call);
        if (trouble >= 80 && answers.hasFinalAnswer(call)) {
            timeline.recordRepetition();
            untilAnswered(call);
            if (trouble >= 90) {
                sendOtherBody(call);
            }
        }
        return answer;
    }

    /** Calls until the answer is not retryable. */
    Response untilAnswered(Call call) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            String lastError;
            try {
                Response answer = send(call, begin);
                // A resource in review stays in progress until it is resolved.
                if (!AcknowledgedAnswers.isRetryable(answer) || isInReview(call, answer)) {
                    return answer;
                }
                lastError = answer.toString();
            } catch (IOException e) {
                lastError = e.toString();
            }
            if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
                throw new IllegalStateException("No answer to " + call + ", last error: " + lastError);
            }
            Thread.sleep(RETRY_DELAY);
            timeline.recordRepetition();
        }
    }

    private Response send(Call call, long begun) throws IOException {
        long asked = System.nanoTime();
        Response answer;
        try {
            answer = api.post(
                    call.path(), call.key(), call.body(), call.headers().toArray(String[]::new));
        } catch (IOException e) {
            timeline.recordNoAnswer();
            throw e;
        }
        answers.record(call, asked, answer);
        timeline.recordAnswer(call, begun, asked, answer);
        return answer;
    }

    private boolean isInReview(Call call, Response answer) throws InterruptedException {
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

    private void sendAndHangUp(Call call) {
        timeline.recordRepetition();
        try {
            api.postAndDisconnect(
                    call.path(), call.key(), call.body(), call.headers().toArray(String[]::new));
        } catch (IOException e) {
            // An earlier connection failure has the same effect.
        }
    }

    private void sendConcurrently(Call call, int copies) throws InterruptedException {
        List<Thread> copiesSent = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            timeline.recordRepetition();
            copiesSent.add(Thread.ofVirtual().start(() -> {
                try {
                    send(call, System.nanoTime());
                } catch (IOException e) {
                    // A failed copy does not affect the others.
                }
            }));
        }
        for (Thread copy : copiesSent) {
            copy.join();
        }
    }

    private void sendOtherBody(Call call) {
        String body = call.body().contains("\"amount\":")
                ? call.body().replaceFirst("\"amount\":(\\d)", "\"amount\":1$1")
                : call.body().replaceFirst("\"reason\":\"", "\"reason\":\"not ");
        try {
            answers.recordOtherBody(
                    call, api.post(call.path(), call.key(), body, call.headers().toArray(String[]::new)));
        } catch (IOException e) {
            // Without an answer there is nothing to check.
        }
    }
}
