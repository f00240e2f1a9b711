package dev.jangbu.proving.torture;

import java.util.Map;

/**
 * Answers and latencies of one second of a run. Times are milliseconds; 0 without a measurement.
 *
 * @param second since the start of the load
 * @param answers by class
 * @param approvals first approvals of confirmations
 * @param approvalP50 from the first attempt, over all repetitions, to the approval
 * @param completions completed payments, refunds and payouts
 * @param completionP50 from the approval until the completion is readable
 */
record SecondStats(
        int second,
        Map<ClientTimeline.AnswerClass, Integer> answers,
        int approvals,
        long approvalP50,
        long approvalP99,
        int completions,
        long completionP50,
        long completionP99) {

    SecondStats {
        answers = Map.copyOf(answers);
    }

    int answers(ClientTimeline.AnswerClass of) {
        return answers.getOrDefault(of, 0);
    }
}
