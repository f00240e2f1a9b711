package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.HttpApi.Answer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What clients see of a stack, second by second, and how long they see nothing of it after it was struck. */
final class ClientTimeline {

    /** A run this long is still kept in full; what comes later counts into its last second. */
    private static final int SECONDS_KEPT = 4 * 60 * 60;

    private static final long LONGEST_MS = 10 * 60 * 1_000L;

    /** An answer, as far as a client has to tell it from others. */
    enum Sort {
        DONE("2xx"),
        NOT_YET("202"),
        REFUSED("402, 422 and other refusals"),
        PATIENCE("503, or 409 in progress"),
        NO_ANSWER("no answer");

        private final String text;

        Sort(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final RunTime time;
    private final List<Second> seconds = new ArrayList<>();
    private final List<InjectedFault> unanswered = new ArrayList<>();
    private final Map<Sort, Integer> answers = new EnumMap<>(Sort.class);
    private final Histogram approvals = new Histogram(LONGEST_MS, 2);
    private final Histogram completions = new Histogram(LONGEST_MS, 2);
    private final Map<Sort, Long> totals = new EnumMap<>(Sort.class);
    private final Histogram allApprovals = new Histogram(LONGEST_MS, 3);
    private final Histogram allCompletions = new Histogram(LONGEST_MS, 3);
    private long repeated;
    private boolean ended;
    private int current;

    ClientTimeline(RunTime time) {
        this.time = time;
    }

    /** From now on the first approval and the first completion of what is asked for are looked out for. */
    synchronized void struck(InjectedFault struck) {
        if (!unanswered.contains(struck)) {
            unanswered.add(struck);
        }
    }

    /** It did not strike after all. */
    synchronized void spared(InjectedFault struck) {
        unanswered.remove(struck);
    }

    /**
     * Takes note of the answer to a call.
     *
     * @param begun when the client asked for the first time, in {@link System#nanoTime()}
     * @param asked when this call was sent
     */
    synchronized void answered(Call call, long begun, long asked, Answer answer) {
        count(sortOf(answer));
        boolean replayed = answer.headers().firstValue("Idempotency-Replayed").isPresent();
        if (ended || replayed || call.kind() != Call.Kind.CONFIRM || answer.status() != 200) {
            return;
        }
        long now = time.nowMs();
        // Who wants to wait for the completion too is not asking for an approval alone.
        if (call.headers().isEmpty()) {
            long took = Math.clamp(now - time.at(begun), 0, LONGEST_MS);
            approvals.recordValue(took);
            allApprovals.recordValue(took);
        }
        unanswered.forEach(struck -> struck.approved(time.at(asked), now));
    }

    /** Takes note of the answer to a question. */
    synchronized void read(Answer answer) {
        count(sortOf(answer));
    }

    /** Takes note of a call or a question that came to nothing: refused, broken off, timed out. */
    synchronized void noAnswer() {
        count(Sort.NO_ANSWER);
    }

    /** Takes note of a call that was sent again. */
    synchronized void repeated() {
        if (!ended) {
            repeated++;
        }
    }

    /**
     * Takes note of a completion.
     *
     * @param approved when it was approved, in this run's time
     * @param now when the completion was read
     */
    synchronized void completed(long approved, long now) {
        if (ended) {
            return;
        }
        tick();
        long took = Math.clamp(now - approved, 0, LONGEST_MS);
        completions.recordValue(took);
        allCompletions.recordValue(took);
        unanswered.forEach(struck -> struck.completed(approved, now));
        unanswered.removeIf(InjectedFault::isAnswered);
    }

    /** The load is over: what is asked from now on is no client's. */
    synchronized void end() {
        tick();
        close(current);
        ended = true;
    }

    synchronized List<Second> seconds() {
        return List.copyOf(seconds);
    }

    synchronized long total(Sort of) {
        return totals.getOrDefault(of, 0L);
    }

    synchronized long repeatedCalls() {
        return repeated;
    }

    /** In milliseconds, over the whole run. */
    synchronized long approvalMs(int percentile) {
        return allApprovals.getValueAtPercentile(percentile);
    }

    /** In milliseconds, over the whole run. */
    synchronized long completionMs(int percentile) {
        return allCompletions.getValueAtPercentile(percentile);
    }

    synchronized long approvals() {
        return allApprovals.getTotalCount();
    }

    synchronized long completions() {
        return allCompletions.getTotalCount();
    }

    private void count(Sort of) {
        if (!ended) {
            tick();
            answers.merge(of, 1, Integer::sum);
            totals.merge(of, 1L, Long::sum);
        }
    }

    private void tick() {
        int now = (int) Math.min(time.nowMs() / 1_000, SECONDS_KEPT - 1);
        while (current < now) {
            close(current);
            current++;
        }
    }

    private void close(int second) {
        seconds.add(new Second(
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

    private static Sort sortOf(Answer answer) {
        if (AcknowledgedAnswers.isPatience(answer)) {
            return Sort.PATIENCE;
        }
        if (answer.status() == 202) {
            return Sort.NOT_YET;
        }
        return answer.status() < 300 ? Sort.DONE : answer.status() < 500 ? Sort.REFUSED : Sort.PATIENCE;
    }
}
