package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.torture.InjectedFault.Recovery;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Collects the answers that clients get, per second, and the recovery times after faults. Thread-safe. */
final class ClientTimeline {

    /** The maximum length of a run; later answers count in its last second. */
    private static final int MAX_SECONDS = 4 * 60 * 60;

    /** Classes of answers. */
    enum AnswerClass {
        DONE("2xx", 0x4c956c),
        PENDING("202", 0xa7c957),
        REJECTED("402, 422 and other rejections", 0xf2cc8f),
        RETRYABLE("503, or 409 in progress", 0xe07a5f),
        NO_ANSWER("no answer", 0x7b2d26);

        final String text;

        /** The color in charts. */
        final Color color;

        AnswerClass(String text, int rgb) {
            this.text = text;
            this.color = new Color(rgb);
        }
    }

    @FunctionalInterface
    interface Request {
        Response send() throws IOException;
    }

    private final RunClock time;
    private final List<SecondStats> seconds = new ArrayList<>();
    private final List<InjectedFault> pendingFaults = new ArrayList<>();
    private long repeated;
    private long completions;
    private boolean ended;

    ClientTimeline(RunClock time) {
        this.time = time;
    }

    /** Waits for the first approval and completion after the fault. */
    synchronized void faultStarted(InjectedFault fault) {
        if (!pendingFaults.contains(fault)) {
            pendingFaults.add(fault);
        }
    }

    /** Stops waiting: the fault was skipped. */
    synchronized void faultSkipped(InjectedFault fault) {
        pendingFaults.remove(fault);
    }

    /** Sends a call or read and records its answer, or that it has none: refused, broken connection, timeout. */
    Response recorded(Request request) throws IOException {
        Response answer;
        try {
            answer = request.send();
        } catch (IOException e) {
            count(AnswerClass.NO_ANSWER);
            throw e;
        }
        count(classOf(answer));
        return answer;
    }

    /**
     * Records the approval if the answer to a call is the first one of a confirmation.
     *
     * @param begun when the client sent the call for the first time, {@link System#nanoTime()}
     * @param sent when this attempt was sent
     */
    synchronized void recordApproval(Call call, long begun, long sent, Response answer) {
        boolean replayed = answer.headers().firstValue("Idempotency-Replayed").isPresent();
        if (ended || replayed || call.kind() != Call.Kind.CONFIRM || answer.status() != 200) {
            return;
        }
        long now = time.nowMs();
        // A client that also waits for the completion is not measured.
        if (call.headers().isEmpty()) {
            current().approvalMs().add(now - time.at(begun));
        }
        pendingFaults.forEach(fault -> fault.recovered(Recovery.APPROVED, time.at(sent), now));
    }

    /** Records a repeated call. */
    synchronized void recordRepetition() {
        if (!ended) {
            repeated++;
        }
    }

    /**
     * Records a completion.
     *
     * @param approved the time of the approval, ms of the run
     * @param now the time at which the completion was read, ms of the run
     */
    synchronized void recordCompletion(long approved, long now) {
        if (ended) {
            return;
        }
        current().completionMs().add(Math.max(0, now - approved));
        completions++;
        pendingFaults.forEach(fault -> fault.recovered(Recovery.COMPLETED, approved, now));
        pendingFaults.removeIf(InjectedFault::isRecovered);
    }

    /** Ends the timeline; later answers are not recorded. */
    synchronized void end() {
        current();
        ended = true;
    }

    synchronized List<SecondStats> seconds() {
        return List.copyOf(seconds);
    }

    /** The number of answers of a class; complete after {@link #end}. */
    synchronized long total(AnswerClass of) {
        return seconds.stream().mapToLong(second -> second.answers(of)).sum();
    }

    synchronized long repeatedCalls() {
        return repeated;
    }

    /** Milliseconds, over the whole run. */
    long approvalMs(int percentile) {
        return percentile(percentile, SecondStats::approvalMs);
    }

    /** Milliseconds, over the whole run. */
    long completionMs(int percentile) {
        return percentile(percentile, SecondStats::completionMs);
    }

    synchronized long completions() {
        return completions;
    }

    private long percentile(int percentile, Function<SecondStats, List<Long>> values) {
        return SecondStats.percentile(
                percentile, seconds().stream().map(values).flatMap(List::stream).toList());
    }

    private synchronized void count(AnswerClass of) {
        if (!ended) {
            current().answers().merge(of, 1, Integer::sum);
        }
    }

    private SecondStats current() {
        int now = (int) Math.min(time.nowMs() / 1_000, MAX_SECONDS - 1);
        while (seconds.size() <= now) {
            seconds.add(new SecondStats());
        }
        return seconds.getLast();
    }

    private static AnswerClass classOf(Response answer) {
        int status = answer.status();
        if (status >= 500 || AcknowledgedAnswers.isRetryable(answer)) {
            return AnswerClass.RETRYABLE;
        }
        return status == 202 ? AnswerClass.PENDING : status < 300 ? AnswerClass.DONE : AnswerClass.REJECTED;
    }
}
