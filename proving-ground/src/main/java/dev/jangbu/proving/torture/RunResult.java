package dev.jangbu.proving.torture;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of one run: a line of the results file. Times are milliseconds.
 *
 * @param length duration of the faults, for example {@code 10m}
 * @param at start of the run
 * @param outcome {@code kept}, {@code broken} or {@code unknown}
 * @param exitCode the command's exit code for this run: 0, 1 or 2
 * @param verdicts the verdicts, or the reason for {@code unknown}
 * @param violations of acknowledged answers, publications, dead letters and the audit's invariants
 * @param answers by class
 * @param faults by kind
 * @param load figures of the load
 */
record RunResult(
        long seed,
        String length,
        int clients,
        String at,
        String outcome,
        int exitCode,
        List<String> verdicts,
        long violations,
        Map<String, Long> answers,
        Map<String, Long> faults,
        Figures load,
        long tookMs,
        String log,
        String report) {

    /**
     * Figures of the load.
     *
     * @param repeatedCalls calls repeated by clients
     * @param duplicates requests delivered more than once, sent again by Connect or an operator
     * @param dropped requests that the wallet processor neither settled nor rejected
     * @param checked postings and completions looked up in the ledger when published
     * @param worstApprovalMs longest time from a fault to the approval of a payment confirmed after it
     * @param worstCompletionMs longest time from a fault to the completion of a payment approved after it
     */
    record Figures(
            int orders,
            long repeatedCalls,
            long requests,
            long duplicates,
            long dropped,
            int poison,
            int deadLetters,
            long checked,
            long approvalP50Ms,
            long approvalP99Ms,
            long completionP50Ms,
            long completionP99Ms,
            long worstApprovalMs,
            long worstCompletionMs) {

        static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** The figures by name, for people. */
    Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("orders", "%,d".formatted(load.orders));
        figures.put("answers", "%,d".formatted(sum(answers)));
        answers.forEach((name, count) -> figures.put("answers: " + name, "%,d".formatted(count)));
        figures.put("calls repeated by clients", "%,d".formatted(load.repeatedCalls));
        figures.put("confirmation to approval, median / p99", milliseconds(load.approvalP50Ms, load.approvalP99Ms));
        figures.put("approval to completion, median / p99", milliseconds(load.completionP50Ms, load.completionP99Ms));
        figures.put("longest until an approval", RunClock.seconds(load.worstApprovalMs) + " s");
        figures.put("longest until a completion", RunClock.seconds(load.worstCompletionMs) + " s");
        figures.put(
                "requests, duplicates, dropped",
                "%,d, %,d, %,d".formatted(load.requests, load.duplicates, load.dropped));
        figures.put("poison, dead letters", "%,d, %,d".formatted(load.poison, load.deadLetters));
        figures.put("looked up when published", "%,d".formatted(load.checked));
        figures.put("violations", "%,d".formatted(violations));
        return figures;
    }

    private static String milliseconds(long median, long p99) {
        return "%,d ms / %,d ms".formatted(median, p99);
    }

    boolean passed() {
        return exitCode == 0;
    }

    /** The sum of {@link #answers} or {@link #faults}. */
    static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** True if this run has this seed and length and passed. */
    boolean isPassOf(long otherSeed, String otherLength) {
        return passed() && seed == otherSeed && length.equals(otherLength);
    }
}
