package dev.jangbu.proving.torture;

import dev.jangbu.proving.torture.ClientTimeline.AnswerClass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The answers and latencies of one second of a run.
 *
 * @param approvalMs from the first attempt, over all repetitions, to the first approval of each confirmation
 * @param completionMs of payments, refunds and payouts, from the approval until the completion is readable
 */
record SecondStats(Map<AnswerClass, Integer> answers, List<Long> approvalMs, List<Long> completionMs) {

    SecondStats() {
        this(new EnumMap<>(AnswerClass.class), new ArrayList<>(), new ArrayList<>());
    }

    int answers(AnswerClass of) {
        return answers.getOrDefault(of, 0);
    }

    /** The value that this share of the values does not exceed; 0 if there are none. */
    static long percentile(int percent, Collection<Long> values) {
        return values.stream()
                .sorted()
                .skip(Math.max(0, (values.size() * (long) percent + 99) / 100 - 1))
                .findFirst()
                .orElse(0L);
    }
}
