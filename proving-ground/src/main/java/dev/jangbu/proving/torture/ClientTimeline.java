package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.HttpApi.Response;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Collects the answers that clients get, per second, and the recovery times after faults. Thread-safe. */
final class ClientTimeline {

    /** The maximum length of a run; later answers count in its last second. */
    private static final int MAX_SECONDS = 4 * 60 * 60;

    private static final long MAX_MS = 10 * 60 * 1_000L;

    /** Classes of answers. */
    enum AnswerClass {
        DONE("2xx"),
        PENDING("202"),
        REJECTED("402, 422 and other rejections"),
        RETRYABLE("503, or 409 in progress"),
        NO_ANSWER("no answer");

        private final String text;

        AnswerClass(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final RunClock time;
    private final List<SecondStats> seconds = new ArrayList<>();
    private final List<InjectedFault> pendingFaults = new ArrayList<>();
    private final Map<AnswerClass, Integer> answers = new EnumMap<>(AnswerClass.class);
    private final Histogram approvals = new Histogram(MAX_MS, 2);
    private final Histogram completions = new Histogram(MAX_MS, 2);
    private final Map<AnswerClass, Long> totals = new EnumMap<>(AnswerClass.class);
    private final Histogram allApprovals = new Histogram(MAX_MS, 3);
    private final Histogram allCompletions = new Histogram(MAX_MS, 3);
    private long repeated;
    private boolean ended;
    private int current;

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

    /**
     * Records the answer to a call.
     *
     * @param begun when the client sent the call for the first time, {@link System#nanoTime()}
     * @param asked when this attempt was sent
     */
    synchronized void recordAnswer(Call call, long begun, long asked, Response answer) {
        count(classOf(answer));
        boolean replayed = answer.headers().firstValue("Idempotency-Replayed").isPresent();
        if (ended || replayed || call.kind() != Call.Kind.CONFIRM || answer.status() != 200) {
            return;
        }
        long now = time.nowMs();
        // A client that also waits for the completion is not measured.
        if (call.headers().isEmpty()) {
            long elapsedMs = Math.clamp(now - time.at(begun), 0, MAX_MS);
            approvals.recordValue(elapsedMs);
            allApprovals.recordValue(elapsedMs);
        }
        pendingFaults.forEach(fault -> fault.approved(time.at(asked), now));
    }

    /** Records the answer to a read. */
    synchronized void recordRead(Response answer) {
        count(classOf(answer));
    }

    /** Records a call or read without an answer: refused, broken connection, timeout. */
    synchronized void recordNoAnswer() {
        count(AnswerClass.NO_ANSWER);
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
        tick();
        long elapsedMs = Math.clamp(now - approved, 0, MAX_MS);
        completions.recordValue(elapsedMs);
        allCompletions.recordValue(elapsedMs);
        pendingFaults.forEach(fault -> fault.completed(approved, now));
        pendingFaults.removeIf(InjectedFault::isRecovered);
    }

    /** Ends the timeline; later answers are not recorded. */
    synchronized void end() {
        tick();
        close(current);
        ended = true;
    }

    synchronized List<SecondStats> seconds() {
        return List.copyOf(seconds);
    }

    synchronized long total(AnswerClass of) {
        return totals.getOrDefault(of, 0L);
    }

    synchronized long repeatedCalls() {
        return repeated;
    }

    /** Milliseconds, over the whole run. */
    synchronized long approvalMs(int percentile) {
        return allApprovals.getValueAtPercentile(percentile);
    }

    /** Milliseconds, over the whole run. */
    synchronized long completionMs(int percentile) {
        return allCompletions.getValueAtPercentile(percentile);
    }

    synchronized long approvals() {
        return allApprovals.getTotalCount();
    }

    synchronized long completions() {
        return allCompletions.getTotalCount();
    }

    private void count(AnswerClass of) {
        if (!ended) {
            tick();
            answers.merge(of, 1, Integer::sum);
            totals.merge(of, 1L, Long::sum);
        }
    }

    private void tick() {
        int now = (int) Math.min(time.nowMs() / 1_000, MAX_SECONDS - 1);
        while (current < now) {
            close(current);
            current++;
        }
    }

    private void close(int second) {
        seconds.add(new SecondStats(
                second,
                answers,
                (int) approvals.getTotalCount(),
                approvals.getValueAtPercentile(50),
                approvals.getValueAtPercentile(99),
                (int) completions.getTotalCount(),
                completions.getValueAtPercentile(50),
                completions.getValueAtPercentile(99)));
        answers.clear();
        approvals.reset();
        completions.reset();
    }

    private static AnswerClass classOf(Response answer) {
        if (AcknowledgedAnswers.isRetryable(answer)) {
            return AnswerClass.RETRYABLE;
        }
        if (answer.status() == 202) {
            return AnswerClass.PENDING;
        }
        return answer.status() < 300
                ? AnswerClass.DONE
                : answer.status() < 500 ? AnswerClass.REJECTED : AnswerClass.RETRYABLE;
    }
}
