package dev.jangbu.local.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The counts and durations of all outcomes so far. Thread-safe. */
final class DemoTotals {

    private final List<Duration> approved = new ArrayList<>();
    private final List<Duration> completed = new ArrayList<>();
    private int declined;
    private int open;
    private int failed;

    synchronized DemoOutcome add(DemoOutcome outcome) {
        switch (outcome) {
            case DemoOutcome.Completed each -> {
                approved.add(each.approved());
                completed.add(each.completed());
            }
            case DemoOutcome.Declined each -> declined++;
            case DemoOutcome.Open each -> open++;
            case DemoOutcome.Failed each -> failed++;
        }
        return outcome;
    }

    synchronized int failed() {
        return failed;
    }

    synchronized List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add("%d completed, %d declined, %d still open, %d failed"
                .formatted(completed.size(), declined, open, failed));
        if (!completed.isEmpty()) {
            lines.add("confirm to approval    p50 %5d ms   p99 %5d ms"
                    .formatted(percentileMs(approved, 50), percentileMs(approved, 99)));
            lines.add("confirm to completion  p50 %5d ms   p99 %5d ms"
                    .formatted(percentileMs(completed, 50), percentileMs(completed, 99)));
        }
        return lines;
    }

    /** The nearest-rank percentile, in milliseconds. */
    static long percentileMs(List<Duration> durations, int percent) {
        List<Duration> sorted = durations.stream().sorted().toList();
        int rank = Math.ceilDiv(sorted.size() * percent, 100);
        return sorted.get(Math.max(0, rank - 1)).toMillis();
    }
}
