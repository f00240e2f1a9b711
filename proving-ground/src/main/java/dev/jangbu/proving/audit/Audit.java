package dev.jangbu.proving.audit;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;

/**
 * Checks the invariants of a stack:
 *
 * <ol>
 *   <li>wait until the stack is quiet,
 *   <li>check the invariants,
 *   <li>if anything changed meanwhile, discard the findings and begin again.
 * </ol>
 *
 * <p>If the stack does not become quiet in time but nothing changes, a stage has stopped. The invariants are checked
 * all the same. Data that must not exist is a violation. Missing data is a violation only if no stage that could
 * still produce it has pending work.
 *
 * <p>The memory use is independent of the amount of data. The databases sort and stream their rows. Topics and the
 * PSP's charges are sorted on disk ({@link dev.jangbu.proving.facts.SortedFacts}). Two sorted sides are merged in one
 * pass.
 */
public final class Audit {

    private static final List<Invariant> INVARIANTS = List.of(
            new OneChargePerPayment(),
            new RefundsAddUp(),
            new OutboxMatchesApprovals(),
            new OutboxIsPublished(),
            new SettledOnce(),
            new PayoutsAreCovered(),
            new Balanced(),
            new WalletsMatchTheBook(),
            new GapFree(),
            new OneCompletion(),
            new LegalHistory(),
            new MoneyIsConserved());

    /** The invariants of {@code --deep}: slow ones, and those that attempt forbidden changes. */
    private static final List<Invariant> DEEP = List.of(new LedgerRefusesChange(), new RebuiltFromKafka());

    /** Attempts to check a stalled stack without a change in between. */
    private static final int STALLED_ATTEMPTS = 3;

    /** The connector confirms its position every two seconds. */
    private static final Duration SLOT_LIMIT = Duration.ofSeconds(10);

    private final Installation stack;
    private final TopicReader topics;
    private final Duration quietLimit;
    private final ProgressReporter progress;
    private final List<Invariant> invariants;

    /**
     * @param quietLimit how long to wait for quiet, over all attempts
     * @param deep whether to check the invariants of {@code --deep} as well
     */
    public Audit(Installation stack, Duration quietLimit, boolean deep, ProgressReporter progress) {
        this(stack, new TopicReader(stack), quietLimit, progress, deep ? all() : INVARIANTS);
    }

    Audit(
            Installation stack,
            TopicReader topics,
            Duration quietLimit,
            ProgressReporter progress,
            List<Invariant> invariants) {
        this.stack = stack;
        this.topics = topics;
        this.quietLimit = quietLimit;
        this.progress = progress;
        this.invariants = invariants;
    }

    /** All invariants, with those of {@code --deep} last. */
    static List<Invariant> all() {
        return Stream.concat(INVARIANTS.stream(), DEEP.stream()).toList();
    }

    /** Waits for quiet and checks all invariants. */
    public AuditReport run() throws IOException, SQLException, InterruptedException {
        long begin = System.nanoTime();
        long deadline = begin + quietLimit.toNanos();
        try (Quiescence quiet = new Quiescence(stack, progress)) {
            while (true) {
                progress.step("12  waiting until the stack is quiet");
                List<String> waitingFor = quiet.await(deadline);
                Duration waited = Duration.ofNanos(System.nanoTime() - begin);
                if (!waitingFor.isEmpty()) {
                    return stalled(quiet, waitingFor, waited);
                }
                Quiescence.State before = quiet.state();
                List<Finding> findings = check();
                progress.step("12  waiting until the replication slot has moved on");
                List<String> slot = quiet.awaitSlot(deadline);
                if (!slot.isEmpty()) {
                    return stalled(quiet, slot, Duration.ofNanos(System.nanoTime() - begin));
                }
                if (quiet.state().equals(before)) {
                    return AuditReport.of(findings, waited);
                }
                if (System.nanoTime() - deadline >= 0) {
                    return AuditReport.notQuiet(List.of("an audit without a change meanwhile"), waited);
                }
                progress.print("    the data changed during the audit: starting again");
            }
        }
    }

    /** Checks a stack that is not quiet; without findings if it does not respond or its data keeps changing. */
    private AuditReport stalled(Quiescence quiet, List<String> waitingFor, Duration waited)
            throws IOException, InterruptedException {
        try {
            return checkStalled(quiet, waitingFor, waited);
        } catch (SQLException | KafkaException e) {
            List<String> reasons = new ArrayList<>(waitingFor);
            reasons.add("a response: " + e.getMessage());
            return AuditReport.notQuiet(List.copyOf(reasons), waited);
        }
    }

    private AuditReport checkStalled(Quiescence quiet, List<String> waitingFor, Duration waited)
            throws IOException, SQLException, InterruptedException {
        for (int attempt = 1; attempt <= STALLED_ATTEMPTS; attempt++) {
            progress.step("12  not quiet in time: checking the stalled stack");
            Quiescence.State before = quiet.state();
            Set<PipelineStage> busy = quiet.busyStages(System.nanoTime() + SLOT_LIMIT.toNanos());
            List<String> unchecked = new ArrayList<>(waitingFor);
            List<Finding> findings = new ArrayList<>(check(busy, unchecked));
            List<String> open = quiet.open();
            if (quiet.state().equals(before)) {
                if (busy.isEmpty() && open.isEmpty()) {
                    return AuditReport.of(findings, waited); // It became quiet meanwhile.
                }
                if (busy.isEmpty()) {
                    findings.add(stuck(open));
                }
                return AuditReport.stalled(unchecked, waited, busy, findings);
            }
        }
        return AuditReport.notQuiet(waitingFor, waited);
    }

    private static Finding stuck(List<String> open) {
        return new Finding(
                12,
                "ComesToItsEnd",
                "Every payment, refund and payout reaches a final state: it is open only while a stage has work to do for it",
                open.size(),
                open.stream()
                        .map(each -> each + ", and no stage has pending work")
                        .toList(),
                List.of(),
                open.size(),
                Duration.ZERO);
    }

    /** Checks the invariants as if the stack were quiet. */
    List<Finding> check() throws IOException, SQLException {
        return check(EnumSet.noneOf(PipelineStage.class), new ArrayList<>());
    }

    /** @param unchecked receives the invariants that could not be checked because a part is down */
    private List<Finding> check(Set<PipelineStage> busy, List<String> unchecked) throws IOException, SQLException {
        Path scratch = Files.createTempDirectory("jangbu-audit-");
        try (AuditSources sources = new AuditSources(stack, topics, scratch, progress)) {
            List<Finding> findings = new ArrayList<>();
            for (Invariant invariant : invariants) {
                progress.step("%2d  %s".formatted(invariant.number(), invariant.statement()));
                long begin = System.nanoTime();
                Violations violations = new Violations(busy);
                try {
                    invariant.check(sources, violations);
                } catch (IOException | KafkaException | IllegalStateException e) {
                    if (busy.isEmpty()) {
                        throw e;
                    }
                    unchecked.add(
                            "the check of %s: %s".formatted(invariant.getClass().getSimpleName(), e.getMessage()));
                    continue;
                }
                findings.add(new Finding(
                        invariant.number(),
                        invariant.getClass().getSimpleName(),
                        invariant.statement(),
                        violations.count(),
                        violations.first(),
                        violations.unchecked(),
                        progress.counted(),
                        Duration.ofNanos(System.nanoTime() - begin)));
            }
            return findings;
        } finally {
            delete(scratch);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
