package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats one run or several runs as text tables. */
final class TextReport {

    private TextReport() {}

    /** Faults, client figures and checks of a run. */
    static String of(RunResult result, CompletedRun run) {
        RunResult.Figures load = result.load();
        StringBuilder text = new StringBuilder("\n");
        text.append("%-52s %5s  %-19s %-19s %-19s%n"
                .formatted("fault", "times", "healthy", "next approval", "next completion"));
        byKind(run.injectedFaults())
                .forEach((kind, faults) -> text.append("%-52s %5d  %-19s %-19s %-19s%n"
                        .formatted(
                                kind,
                                faults.size(),
                                spread(faults, InjectedFault::healthyAfter),
                                spread(faults, InjectedFault::approvedAfter),
                                spread(faults, InjectedFault::completedAfter))));
        text.append("(seconds from the start of the fault: median / longest)\n\n");
        row(text, "orders", "%,d".formatted(load.orders()));
        row(
                text,
                "answers",
                result.answers().entrySet().stream()
                        .map(each -> "%,d %s".formatted(each.getValue(), each.getKey()))
                        .collect(Collectors.joining("; ")));
        row(text, "calls repeated by clients", "%,d".formatted(load.repeatedCalls()));
        row(text, "confirmation to approval", spread(load.approvalP50Ms(), load.approvalP99Ms()));
        row(text, "approval to completion", spread(load.completionP50Ms(), load.completionP99Ms()));
        row(
                text,
                "requests",
                "%,d, of which %,d duplicates, %,d dropped"
                        .formatted(load.requests(), load.duplicates(), load.dropped()));
        row(text, "poison, dead letters", "%,d, %,d".formatted(load.poison(), load.deadLetters()));
        row(text, "looked up when published", "%,d".formatted(load.checked()));
        row(text, "violations", "%,d".formatted(result.violations()));
        text.append('\n');
        run.verdicts().lines().forEach(line -> text.append(line).append('\n'));
        run.verdicts()
                .evidence()
                .forEach(line -> text.append("    ! ").append(line).append('\n'));
        return text.toString();
    }

    /** One row per run. */
    static String of(List<RunResult> results) {
        StringBuilder text = new StringBuilder("%n%20s %7s %-8s %7s %8s %9s %7s %7s %10s %9s %9s%n"
                .formatted(
                        "seed",
                        "length",
                        "outcome",
                        "faults",
                        "orders",
                        "answers",
                        "dupl.",
                        "poison",
                        "violations",
                        "approval",
                        "complete"));
        for (RunResult result : results) {
            text.append("%20d %7s %-8s %7d %,8d %,9d %,7d %,7d %,10d %9s %9s%n"
                    .formatted(
                            result.seed(),
                            result.length(),
                            result.outcome(),
                            sum(result.faults()),
                            result.load().orders(),
                            sum(result.answers()),
                            result.load().duplicates(),
                            result.load().poison(),
                            result.violations(),
                            RunClock.seconds(result.load().worstApprovalMs()) + " s",
                            RunClock.seconds(result.load().worstCompletionMs()) + " s"));
        }
        return text.append("(dupl.: duplicate requests, all dropped; approval, complete: the longest after a fault)")
                .toString();
    }

    private static Map<String, List<InjectedFault>> byKind(List<InjectedFault> faults) {
        return faults.stream()
                .collect(Collectors.groupingBy(each -> each.fault().kind(), TreeMap::new, Collectors.toList()));
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String spread(List<InjectedFault> faults, Function<InjectedFault, @Nullable Long> after) {
        List<Long> took = new ArrayList<>();
        for (InjectedFault each : faults) {
            Long millis = after.apply(each);
            if (millis != null) {
                took.add(millis);
            }
        }
        if (took.isEmpty()) {
            return "–";
        }
        Collections.sort(took);
        return RunClock.seconds(took.get((took.size() - 1) / 2)) + " / " + RunClock.seconds(took.getLast());
    }

    private static String spread(long median, long p99) {
        return "median %,d ms, p99 %,d ms".formatted(median, p99);
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("%-30s %s%n".formatted(name, value));
    }
}
