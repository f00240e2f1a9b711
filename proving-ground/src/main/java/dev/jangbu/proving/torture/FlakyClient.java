package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.console.InterruptibleTask;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A client with an unreliable connection: it repeats calls, closes connections, sends copies concurrently, and retries
 * until it gets an answer. After a restore of the database it first repeats the acknowledged calls of its order.
 *
 * @param reviewer resolves reviews that a call waits for after a restore
 * @param chain the calls of the order or payout
 */
record FlakyClient(
        HttpApi api,
        AcknowledgedAnswers answers,
        ClientTimeline timeline,
        Restores restores,
        Restores.Reviewer reviewer,
        CallChain chain) {

    /**
     * The time limit for a final answer. Recovery asks the PSP again within a minute, and more faults may follow before
     * that. Whether the stack becomes quiescent is checked by the audit.
     */
    static final Duration TIMEOUT = Duration.ofMinutes(10);

    private static final Duration RETRY_DELAY = Duration.ofMillis(150);

    /** This client for the calls of one order or payout. */
    FlakyClient of(CallChain calls) {
        return new FlakyClient(api, answers, timeline, restores, reviewer, calls);
    }

    /** Repeats the calls that a restore may have lost; see {@link CallChain#repeatLost}. */
    int repeatLostCalls() throws InterruptedException {
        return chain.repeatLost(of(CallChain.NONE), reviewer);
    }

    /** Reads until the answer is not retryable. */
    Response read(String path, String... headers) throws InterruptedException {
        return Await.value(
                "an answer to " + path,
                TIMEOUT,
                RETRY_DELAY,
                () -> get(path, headers),
                answer -> answer.status() < 500);
    }

    /** Reads until an answer ends the wait. */
    Response readUntil(Predicate<Response> ended, Duration interval, String path, String... headers)
            throws InterruptedException {
        return Await.value("the end of " + path, TIMEOUT, interval, () -> read(path, headers), ended::test);
    }

    private Response get(String path, String... headers) throws IOException, InterruptedException {
        repeatLostCalls();
        return requireNotLost(timeline.recorded(() -> api.get(path, headers)));
    }

    /** While the database goes back, it may lack a resource whose calls are repeated later: not an answer yet. */
    private Response requireNotLost(Response answer) throws IOException {
        if (answer.status() == 404 && (restores.isUnderway() || chain.isLost())) {
            throw new IOException("not restored yet: " + answer);
        }
        return answer;
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
        AtomicInteger sent = new AtomicInteger();
        Await.Attempt<Response> attempt = () -> {
            if (sent.getAndIncrement() > 0) {
                timeline.recordRepetition();
            }
            return send(call, begin);
        };
        // A resource in review stays in progress until it is resolved.
        Response last = Await.value(
                "an answer to " + call,
                TIMEOUT,
                RETRY_DELAY,
                attempt,
                answer -> !AcknowledgedAnswers.isRetryable(answer) || isInReview(call, answer));
        chain.acknowledge(call, last);
        return last;
    }

    private Response send(Call call, long begun) throws IOException, InterruptedException {
        repeatLostCalls();
        long asked = System.nanoTime();
        Response answer = requireNotLost(timeline.recorded(() -> post(call, call.body())));
        answers.record(call, asked, answer);
        timeline.recordApproval(call, begun, asked, answer);
        return answer;
    }

    private Response post(Call call, String body) throws IOException {
        return api.post(call.path(), call.key(), body, call.headers().toArray(String[]::new));
    }

    private boolean isInReview(Call call, Response answer) throws InterruptedException {
        if (!answer.text("code").equals("payment-in-progress")) {
            return false;
        }
        String payment = "/payments/" + call.paymentId();
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

    private void sendAndHangUp(Call call) throws InterruptedException {
        repeatLostCalls();
        timeline.recordRepetition();
        try {
            api.postAndDisconnect(
                    call.path(), call.key(), call.body(), call.headers().toArray(String[]::new));
        } catch (IOException e) {
            // An earlier connection failure has the same effect.
        }
    }

    private void sendConcurrently(Call call, int copies) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            timeline.recordRepetition();
            threads.add(Thread.ofVirtual().start(InterruptibleTask.of(() -> {
                try {
                    send(call, System.nanoTime());
                } catch (IOException e) {
                    // A failed copy does not affect the others.
                }
            })));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void sendOtherBody(Call call) throws InterruptedException {
        repeatLostCalls();
        if (!answers.hasFinalAnswer(call)) {
            // A restore has lost it: the key is free.
            return;
        }
        String body = call.body().contains("\"amount\":")
                ? call.body().replaceFirst("\"amount\":(\\d)", "\"amount\":1$1")
                : call.body().replaceFirst("\"reason\":\"", "\"reason\":\"not ");
        try {
            answers.recordOtherBody(call, requireNotLost(post(call, body)));
        } catch (IOException e) {
            // Without an answer there is nothing to check.
        }
    }
}
