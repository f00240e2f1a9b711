package dev.jangbu.proving.torture;

import java.util.Map;

/**
 * What clients saw in one second of a run. Times are in milliseconds; 0 where nothing was measured.
 *
 * @param second since the load began
 * @param answers how many of each class
 * @param approvals how many confirmations were answered with an approval for the first time
 * @param approvalP50 from when a client asked first, over every repetition, until the approval was answered
 * @param completions how many payments, refunds and payouts were completed
 * @param completionP50 from the approval until everybody can read that it is completed
 */
record Second(
        int second,
        Map<ClientTimeline.Sort, Integer> answers,
        int approvals,
        long approvalP50,
        long approvalP99,
        int completions,
        long completionP50,
        long completionP99) {

    Second {
        answers = Map.copyOf(answers);
    }

    int answers(ClientTimeline.Sort of) {
        return answers.getOrDefault(of, 0);
    }
}
