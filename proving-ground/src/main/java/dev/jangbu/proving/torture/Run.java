package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.stack.StackAddress;
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

/** A run that is over: what was seen of it, and what it is judged to be. */
final class Run {

    private final RunTime time;
    private final long loadEnded;
    private final ClientTimeline seen;
    private final List<InjectedFault> struck;
    private final Map<String, List<Health.Gap>> gaps;
    private final Load load;
    private final Watcher watcher;
    private @Nullable Verdicts verdicts;
    private @Nullable DeadLetterCheck letters;

    Run(
            RunTime time,
            long loadEnded,
            ClientTimeline seen,
            List<InjectedFault> struck,
            Map<String, List<Health.Gap>> gaps,
            Load load,
            Watcher watcher) {
        this.time = time;
        this.loadEnded = loadEnded;
        this.seen = seen;
        this.struck = struck;
        this.gaps = gaps;
        this.load = load;
        this.watcher = watcher;
    }

    /** Holds what was promised and announced against what there is, now that nothing moves any more. */
    void judge(AuditReport report, StackAddress address) throws IOException {
        Verdicts found = new Verdicts(report);
        found.add(
                "2, 11: every success that was answered is durable, nothing settled without the PSP's approval, a key got its"
                        + " answer again and another body was refused (%,d orders, %,d answers)"
                                .formatted(load.orders(), load.answers()),
                load.breaches());
        found.add(
                "nothing was announced before it was in the book (%,d postings and completions looked up)"
                        .formatted(watcher.lookedUp()),
                watcher.breaches());
        if (found.isQuiet()) {
            Deliveries deliveries = watcher.deliveries();
            found.add(
                    "what came again was dropped: %,d of %,d requests came again, %,d were decided neither way"
                            .formatted(deliveries.again(), deliveries.requests(), deliveries.dropped()),
                    deliveries.again() == deliveries.dropped());
            DeadLetterCheck check = DeadLetterCheck.of(address);
            found.add(
                    "each of %,d poison records lies among the dead letters once, and nothing else does: %s"
                            .formatted(check.poison(), check.kinds()),
                    check.breaches());
            letters = check;
        }
        if (seen.completions() == 0) {
            found.add("something was completed at all", false);
        }
        verdicts = found;
    }

    Result result(long seed, Duration length, int clients, String at, long tookMs, Path log, Path picture) {
        Verdicts found = verdicts();
        return new Result(
                seed,
                Torture.text(length),
                clients,
                at,
                found.word(),
                found.outcome().exitCode(),
                Stream.concat(found.lines().stream(), found.evidence().stream()).toList(),
                found.breaches(),
                answers(),
                faults(),
                load(),
                tookMs,
                log.toString(),
                picture.toString());
    }

    Verdicts verdicts() {
        return Objects.requireNonNull(verdicts, "not judged yet");
    }

    RunTime time() {
        return time;
    }

    /** When the clients had gone, in milliseconds. */
    long loadEnded() {
        return loadEnded;
    }

    ClientTimeline seen() {
        return seen;
    }

    List<InjectedFault> struck() {
        return struck;
    }

    /** When each part did not work. */
    Map<String, List<Health.Gap>> gaps() {
        return gaps;
    }

    private Map<String, Long> answers() {
        Map<String, Long> answers = new TreeMap<>();
        for (ClientTimeline.Sort each : ClientTimeline.Sort.values()) {
            answers.put(each.text(), seen.total(each));
        }
        return answers;
    }

    private Map<String, Long> faults() {
        Map<String, Long> faults = new TreeMap<>();
        struck.stream()
                .filter(InjectedFault::isDone)
                .forEach(each -> faults.merge(each.fault().kind(), 1L, Long::sum));
        return faults;
    }

    private Result.Load load() {
        Deliveries deliveries = watcher.deliveries();
        DeadLetterCheck check = letters;
        return new Result.Load(
                load.orders(),
                seen.repeatedCalls(),
                deliveries.requests(),
                deliveries.again(),
                deliveries.dropped(),
                check == null ? 0 : check.poison(),
                check == null ? 0 : check.letters(),
                watcher.lookedUp(),
                seen.approvalMs(50),
                seen.approvalMs(99),
                seen.completionMs(50),
                seen.completionMs(99),
                worst(InjectedFault::approvedAfter),
                worst(InjectedFault::completedAfter));
    }

    private long worst(Function<InjectedFault, @Nullable Long> after) {
        long worst = 0;
        for (InjectedFault each : struck) {
            Long took = after.apply(each);
            worst = took == null ? worst : Math.max(worst, took);
        }
        return worst;
    }
}
