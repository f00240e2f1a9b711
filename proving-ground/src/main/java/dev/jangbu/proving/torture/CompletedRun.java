package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.torture.HealthMonitor.Outage;
import dev.jangbu.proving.torture.InjectedFault.Recovery;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The observations of a completed run.
 *
 * @param loadEndedMs milliseconds of the run
 * @param outages of each part
 * @param deadLetters null if the stack did not become quiescent
 */
record CompletedRun(
        long loadEndedMs,
        ClientTimeline timeline,
        List<InjectedFault> faults,
        Map<String, List<Outage>> outages,
        ClientLoad load,
        PublicationMonitor monitor,
        AuditReport audit,
        @Nullable DeadLetterCheck deadLetters) {

    /** The verdicts on acknowledged answers, publications, dead letters and the audit's invariants. */
    Verdicts verdicts() {
        Verdicts verdicts = new Verdicts(audit);
        verdicts.add(
                "2, 11: acknowledged successes are durable, nothing is settled without the PSP's approval, a key gets the"
                        + " same answer again and a different body is rejected (%,d orders, %,d answers)"
                                .formatted(load.orders(), load.answers()),
                load.violations());
        verdicts.add(
                "nothing is published before it is committed (%,d postings and completions looked up)"
                        .formatted(monitor.checked()),
                monitor.violations());
        if (deadLetters != null) {
            DeliveryCounter deliveries = monitor.deliveries();
            verdicts.add(
                    "duplicates are dropped: %,d of %,d requests were duplicates, %,d were dropped"
                            .formatted(deliveries.duplicates(), deliveries.requests(), deliveries.dropped()),
                    deliveries.duplicates() == deliveries.dropped());
            verdicts.add(
                    "each of %,d poison records has one dead letter, and there are no others: %s"
                            .formatted(deadLetters.poison(), deadLetters.kinds()),
                    deadLetters.violations());
        }
        if (timeline.completions() == 0) {
            verdicts.add("at least one payment was completed", false);
        }
        return verdicts;
    }

    RunResult result(long seed, Duration length, int clients, String at, long tookMs, String log, String report) {
        Verdicts verdicts = verdicts();
        return new RunResult(
                seed,
                Torture.format(length),
                clients,
                at,
                verdicts.label(),
                verdicts.outcome().exitCode(),
                Stream.concat(verdicts.lines().stream(), verdicts.evidence().stream())
                        .toList(),
                verdicts.violations(),
                count(Arrays.stream(ClientTimeline.AnswerClass.values()), answer -> answer.text, timeline::total),
                count(
                        faults.stream().filter(InjectedFault::wasInjected),
                        fault -> fault.fault().kind(),
                        fault -> 1L),
                figures(),
                tookMs,
                log,
                report);
    }

    private static <T> Map<String, Long> count(Stream<T> all, Function<T, String> key, ToLongFunction<T> count) {
        return all.collect(Collectors.groupingBy(key, TreeMap::new, Collectors.summingLong(count)));
    }

    private RunResult.Figures figures() {
        DeliveryCounter deliveries = monitor.deliveries();
        return new RunResult.Figures(
                load.orders(),
                timeline.repeatedCalls(),
                deliveries.requests(),
                deliveries.duplicates(),
                deliveries.dropped(),
                deadLetters == null ? 0 : deadLetters.poison(),
                deadLetters == null ? 0 : deadLetters.deadLetters(),
                monitor.checked(),
                timeline.approvalMs(50),
                timeline.approvalMs(99),
                timeline.completionMs(50),
                timeline.completionMs(99),
                worst(Recovery.APPROVED),
                worst(Recovery.COMPLETED));
    }

    private long worst(Recovery sign) {
        return faults.stream()
                .flatMap(fault -> Stream.ofNullable(fault.recoveredAfter(sign)))
                .max(Long::compare)
                .orElse(0L);
    }
}
