package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.AuditReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A completed run: its observations and verdicts. */
final class CompletedRun {

    private final RunClock time;
    private final long loadEnded;
    private final ClientTimeline timeline;
    private final List<InjectedFault> faults;
    private final Map<String, List<HealthMonitor.Outage>> outages;
    private final ClientLoad load;
    private final PublicationMonitor monitor;
    private @Nullable Verdicts verdicts;
    private @Nullable DeadLetterCheck deadLetterCheck;

    CompletedRun(
            RunClock time,
            long loadEnded,
            ClientTimeline timeline,
            List<InjectedFault> faults,
            Map<String, List<HealthMonitor.Outage>> outages,
            ClientLoad load,
            PublicationMonitor monitor) {
        this.time = time;
        this.loadEnded = loadEnded;
        this.timeline = timeline;
        this.faults = faults;
        this.outages = outages;
        this.load = load;
        this.monitor = monitor;
    }

    /** Compares acknowledged answers, publications and dead letters with the quiescent stack. */
    void evaluate(AuditReport report, Installation address) throws IOException {
        Verdicts found = new Verdicts(report);
        found.add(
                "2, 11: acknowledged successes are durable, nothing is settled without the PSP's approval, a key gets the"
                        + " same answer again and a different body is rejected (%,d orders, %,d answers)"
                                .formatted(load.orders(), load.answers()),
                load.violations());
        found.add(
                "nothing is published before it is committed (%,d postings and completions looked up)"
                        .formatted(monitor.checked()),
                monitor.violations());
        if (found.isQuiescent()) {
            DeliveryCounter deliveries = monitor.deliveries();
            found.add(
                    "duplicates are dropped: %,d of %,d requests were duplicates, %,d were dropped"
                            .formatted(deliveries.duplicates(), deliveries.requests(), deliveries.dropped()),
                    deliveries.duplicates() == deliveries.dropped());
            DeadLetterCheck check = DeadLetterCheck.of(address);
            found.add(
                    "each of %,d poison records has one dead letter, and there are no others: %s"
                            .formatted(check.poison(), check.kinds()),
                    check.violations());
            deadLetterCheck = check;
        }
        if (timeline.completions() == 0) {
            found.add("at least one payment was completed", false);
        }
        this.verdicts = found;
    }

    RunResult result(long seed, Duration length, int clients, String at, long tookMs, Path log, Path report) {
        Verdicts found = verdicts();
        return new RunResult(
                seed,
                Torture.format(length),
                clients,
                at,
                found.label(),
                found.outcome().exitCode(),
                Stream.concat(found.lines().stream(), found.evidence().stream()).toList(),
                found.violations(),
                answers(),
                faultCounts(),
                load(),
                tookMs,
                log.toString(),
                report.toString());
    }

    Verdicts verdicts() {
        return Objects.requireNonNull(verdicts, "not evaluated yet");
    }

    RunClock time() {
        return time;
    }

    /** The end of the load, milliseconds of the run. */
    long loadEnded() {
        return loadEnded;
    }

    ClientTimeline timeline() {
        return timeline;
    }

    List<InjectedFault> injectedFaults() {
        return faults;
    }

    /** The outages of each part. */
    Map<String, List<HealthMonitor.Outage>> outages() {
        return outages;
    }

    private Map<String, Long> answers() {
        Map<String, Long> answers = new TreeMap<>();
        for (ClientTimeline.AnswerClass each : ClientTimeline.AnswerClass.values()) {
            answers.put(each.text(), timeline.total(each));
        }
        return answers;
    }

    private Map<String, Long> faultCounts() {
        Map<String, Long> counts = new TreeMap<>();
        faults.stream()
                .filter(InjectedFault::wasInjected)
                .forEach(each -> counts.merge(each.fault().kind(), 1L, Long::sum));
        return counts;
    }

    private RunResult.Figures load() {
        DeliveryCounter deliveries = monitor.deliveries();
        DeadLetterCheck check = deadLetterCheck;
        return new RunResult.Figures(
                load.orders(),
                timeline.repeatedCalls(),
                deliveries.requests(),
                deliveries.duplicates(),
                deliveries.dropped(),
                check == null ? 0 : check.poison(),
                check == null ? 0 : check.deadLetters(),
                monitor.checked(),
                timeline.approvalMs(50),
                timeline.approvalMs(99),
                timeline.completionMs(50),
                timeline.completionMs(99),
                worst(InjectedFault::approvedAfter),
                worst(InjectedFault::completedAfter));
    }

    private long worst(Function<InjectedFault, @Nullable Long> after) {
        long worst = 0;
        for (InjectedFault each : faults) {
            Long elapsedMs = after.apply(each);
            worst = elapsedMs == null ? worst : Math.max(worst, elapsedMs);
        }
        return worst;
    }
}
