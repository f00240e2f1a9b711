package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A run, and many of them, as tables for people. */
final class Summary {

    private Summary() {}

    /** What struck, what clients saw of it, and what was checked. */
    static String of(Result result, Run run) {
        Result.Load load = result.load();
        StringBuilder text = new StringBuilder("\n");
        text.append("%-52s %5s  %-19s %-19s %-19s%n"
                .formatted("fault", "times", "works again", "next approval", "next completion"));
        byKind(run.struck())
                .forEach((kind, struck) -> text.append("%-52s %5d  %-19s %-19s %-19s%n"
                        .formatted(
                                kind,
                                struck.size(),
                                spread(struck, InjectedFault::healthyAfter),
                                spread(struck, InjectedFault::approvedAfter),
                                spread(struck, InjectedFault::completedAfter))));
        text.append("(from when it struck: median / longest, in seconds)\n\n");
        row(text, "orders", "%,d".formatted(load.orders()));
        row(
                text,
                "answers",
                result.answers().entrySet().stream()
                        .map(each -> "%,d %s".formatted(each.getValue(), each.getKey()))
                        .collect(Collectors.joining("; ")));
        row(text, "calls sent again by clients", "%,d".formatted(load.repeatedCalls()));
        row(text, "approval answered", spread(load.approvalP50Ms(), load.approvalP99Ms()));
        row(text, "approved to completed", spread(load.completionP50Ms(), load.completionP99Ms()));
        row(
                text,
                "requests",
                "%,d, of which %,d came again and %,d were dropped"
                        .formatted(load.requests(), load.cameAgain(), load.dropped()));
        row(text, "poison, dead letters", "%,d, %,d".formatted(load.poison(), load.deadLetters()));
        row(text, "looked up when announced", "%,d".formatted(load.lookedUp()));
        row(text, "breaches", "%,d".formatted(result.breaches()));
        text.append('\n');
        run.verdicts().lines().forEach(line -> text.append(line).append('\n'));
        run.verdicts()
                .evidence()
                .forEach(line -> text.append("    ! ").append(line).append('\n'));
        return text.toString();
    }

    /** One row for each of several runs. */
    static String of(List<Result> results) {
        StringBuilder text = new StringBuilder("%n%20s %7s %-8s %7s %8s %9s %7s %7s %8s %9s %9s%n"
                .formatted(
                        "seed",
                        "length",
                        "outcome",
                        "faults",
                        "orders",
                        "answers",
                        "again",
                        "poison",
                        "breaches",
                        "approval",
                        "complete"));
        for (Result result : results) {
            text.append("%20d %7s %-8s %7d %,8d %,9d %,7d %,7d %,8d %9s %9s%n"
                    .formatted(
                            result.seed(),
                            result.length(),
                            result.outcome(),
                            sum(result.faults()),
                            result.load().orders(),
                            sum(result.answers()),
                            result.load().cameAgain(),
                            result.load().poison(),
                            result.breaches(),
                            RunTime.seconds(result.load().worstApprovalMs()) + " s",
                            RunTime.seconds(result.load().worstCompletionMs()) + " s"));
        }
        return text.append(
                        "(again: requests that came again, and were dropped; approval, complete: the longest after a fault)")
                .toString();
    }

    private static Map<String, List<InjectedFault>> byKind(List<InjectedFault> struck) {
        return struck.stream()
                .collect(Collectors.groupingBy(each -> each.fault().kind(), TreeMap::new, Collectors.toList()));
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String spread(List<InjectedFault> struck, Function<InjectedFault, @Nullable Long> after) {
        List<Long> took = new ArrayList<>();
        for (InjectedFault each : struck) {
            Long millis = after.apply(each);
            if (millis != null) {
                took.add(millis);
            }
        }
        if (took.isEmpty()) {
            return "–";
        }
        Collections.sort(took);
        return RunTime.seconds(took.get((took.size() - 1) / 2)) + " / " + RunTime.seconds(took.getLast());
    }

    private static String spread(long median, long p99) {
        return "median %,d ms, p99 %,d ms".formatted(median, p99);
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("%-30s %s%n".formatted(name, value));
    }
}
