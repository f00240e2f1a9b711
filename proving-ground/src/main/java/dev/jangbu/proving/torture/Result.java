package dev.jangbu.proving.torture;

import java.util.List;
import java.util.Map;

/**
 * What came of one run, as a line of the results file has it. Times are in milliseconds.
 *
 * @param length for how long faults struck, for instance {@code 10m}
 * @param at when the run began
 * @param outcome {@code kept}, {@code broken} or {@code unknown}
 * @param exitCode 0, 1 or 2: the command's, if this were its only run
 * @param said the verdicts, or why nothing can be said
 * @param breaches of clients' promises, of what was announced, of dead letters and of the audit's invariants together
 * @param answers by class
 * @param faults how many of each kind
 * @param load what the run was made of, and what was seen of it
 */
record Result(
        long seed,
        String length,
        int clients,
        String at,
        String outcome,
        int exitCode,
        List<String> said,
        long breaches,
        Map<String, Long> answers,
        Map<String, Long> faults,
        Load load,
        long tookMs,
        String log,
        String picture) {

    /**
     * @param repeatedCalls calls that clients sent again
     * @param cameAgain requests that came again on {@code settlement.requests}, because Connect or an operator sent them again
     * @param dropped requests that the wallet desk decided neither way
     * @param lookedUp postings and completions that were looked up in the book as soon as they were announced
     * @param worstApprovalMs the longest from a fault to an approval of what was asked for after it
     * @param worstCompletionMs the longest from a fault to a completion of what was approved after it
     */
    record Load(
            int orders,
            long repeatedCalls,
            long requests,
            long cameAgain,
            long dropped,
            int poison,
            int deadLetters,
            long lookedUp,
            long approvalP50Ms,
            long approvalP99Ms,
            long completionP50Ms,
            long completionP99Ms,
            long worstApprovalMs,
            long worstCompletionMs) {

        static final Load NONE = new Load(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    boolean passed() {
        return exitCode == 0;
    }

    /** Whether it is a run of this seed and length that passed. */
    boolean settles(long otherSeed, String otherLength) {
        return passed() && seed == otherSeed && length.equals(otherLength);
    }
}
