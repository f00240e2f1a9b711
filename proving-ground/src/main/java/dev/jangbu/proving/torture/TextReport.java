package dev.jangbu.proving.torture;

import dev.jangbu.proving.torture.InjectedFault.Recovery;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats one run or several runs as text tables. */
final class TextReport {

    private static final String FAULTS = "%-52s %5s  %-19s %-19s %-19s%n";
    private static final String RUNS = "%20s %7s %-8s %7s %8s %9s %7s %7s %10s %9s %9s%n";

    private TextReport() {}

    /** Faults, client figures and checks of a run. */
    static String of(RunResult result, CompletedRun run) {
        StringBuilder text = new StringBuilder("\n");
        text.append(FAULTS.formatted("fault", "times", "healthy", "next approval", "next completion"));
        run.faults().stream()
                .collect(Collectors.groupingBy(each -> each.fault().kind(), TreeMap::new, Collectors.toList()))
                .forEach((kind, faults) -> text.append(FAULTS.formatted(
                        kind,
                        faults.size(),
                        spread(faults, Recovery.HEALTHY),
                        spread(faults, Recovery.APPROVED),
                        spread(faults, Recovery.COMPLETED))));
        text.append("(seconds from the start of the fault: median / longest)\n\n");
        result.figures().forEach((name, figure) -> text.append("%-42s %s%n".formatted(name, figure)));
        text.append('\n');
        Verdicts verdicts = run.verdicts();
        verdicts.lines().forEach(line -> text.append(line).append('\n'));
        verdicts.evidence().forEach(line -> text.append("    ! ").append(line).append('\n'));
        return text.toString();
    }

    /** One row per run. */
    static String of(List<RunResult> results) {
        StringBuilder text = new StringBuilder("\n");
        text.append(RUNS.formatted((Object[])
                "seed,length,outcome,faults,orders,answers,dupl.,poison,violations,approval,complete".split(",", -1)));
        for (RunResult result : results) {
            RunResult.Figures load = result.load();
            text.append(RUNS.formatted(
                    result.seed(),
                    result.length(),
                    result.outcome(),
                    RunResult.sum(result.faults()),
                    "%,d".formatted(load.orders()),
                    "%,d".formatted(RunResult.sum(result.answers())),
                    "%,d".formatted(load.duplicates()),
                    "%,d".formatted(load.poison()),
                    "%,d".formatted(result.violations()),
                    RunClock.seconds(load.worstApprovalMs()) + " s",
                    RunClock.seconds(load.worstCompletionMs()) + " s"));
        }
        return text.append("(dupl.: duplicate requests, all dropped; approval, complete: the longest after a fault)")
                .toString();
    }

    private static String spread(List<InjectedFault> faults, Recovery sign) {
        List<Long> took = faults.stream()
                .flatMap(fault -> Stream.ofNullable(fault.recoveredAfter(sign)))
                .sorted()
                .toList();
        return took.isEmpty()
                ? "–"
                : RunClock.seconds(took.get((took.size() - 1) / 2)) + " / " + RunClock.seconds(Collections.max(took));
    }
}
