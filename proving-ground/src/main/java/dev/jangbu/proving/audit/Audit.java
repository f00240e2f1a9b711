package dev.jangbu.proving.audit;

import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.facts.InstallationFacts;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

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
 * <p>The invariants are SQL files over the facts of the installation ({@link InstallationFacts}), which DuckDB keeps on
 * disk. The memory use is independent of the amount of data.
 */
public final class Audit {

    private static final List<Invariant> INVARIANTS = Stream.of(
                    "01-one-charge-per-payment.sql",
                    "01-refunds-add-up.sql",
                    "03-outbox-matches-approvals.sql",
                    "03-outbox-is-published.sql",
                    "04-settled-once.sql",
                    "04-payouts-are-covered.sql",
                    "05-balanced.sql",
                    "06-wallets-match-the-book.sql",
                    "07-gap-free.sql",
                    "08-one-completion.sql",
                    "08-legal-history.sql",
                    "09-money-is-conserved.sql")
            .<Invariant>map(SqlInvariant::of)
            .toList();

    /** The invariants of {@code --deep}: slow ones, and those that attempt forbidden changes. */
    private static final List<Invariant> DEEP =
            List.of(new LedgerRefusesChange(), SqlInvariant.of("13-rebuilt-from-kafka.sql"));

    /** Attempts to check a stalled stack without a change in between. */
    private static final int STALLED_ATTEMPTS = 3;

    /** The connector confirms its position every two seconds. */
    private static final Duration SLOT_LIMIT = Duration.ofSeconds(10);

    private final Installation stack;
    private final TopicReader topics;
    private final Duration quietLimit;
    private final ProgressReporter progress;
    private final List<Invariant> invariants;
    private @Nullable Path factsFile;

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

    /** Keeps the facts of the last check in a file, a DuckDB database. An existing file is replaced. */
    Audit keepingFacts(@Nullable Path file) {
        this.factsFile = file;
        return this;
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
    List<Finding> check() throws IOException, SQLException, InterruptedException {
        return check(EnumSet.noneOf(PipelineStage.class), new ArrayList<>());
    }

    /** @param unchecked receives the invariants that could not be checked because a part is down */
    private List<Finding> check(Set<PipelineStage> busy, List<String> unchecked)
            throws IOException, SQLException, InterruptedException {
        Path scratch = Files.createTempDirectory("jangbu-audit-");
        Path file = scratch.resolve("facts.duckdb");
        Set<String> stages = busy.stream().map(Enum::name).collect(Collectors.toSet());
        try {
            List<Finding> findings = new ArrayList<>();
            try (InstallationFacts facts = new InstallationFacts(stack, topics, file, stages, progress::count)) {
                for (Invariant invariant : invariants) {
                    try {
                        findings.add(check(invariant, facts));
                    } catch (IOException | KafkaException | IllegalStateException e) {
                        if (busy.isEmpty()) {
                            throw e;
                        }
                        unchecked.add("the check of %s: %s".formatted(invariant.name(), e.getMessage()));
                    }
                }
            }
            if (factsFile != null) {
                Files.move(file, factsFile, StandardCopyOption.REPLACE_EXISTING);
            }
            return findings;
        } finally {
            DataDirectory.delete(scratch);
        }
    }

    private Finding check(Invariant invariant, InstallationFacts facts)
            throws IOException, SQLException, InterruptedException {
        progress.step("%2d  %s".formatted(invariant.number(), invariant.statement()));
        long begin = System.nanoTime();
        Violations violations = new Violations();
        invariant.check(facts, violations);
        return new Finding(
                invariant.number(),
                invariant.name(),
                invariant.statement(),
                violations.count(),
                violations.first(),
                violations.unchecked(),
                progress.counted(),
                Duration.ofNanos(System.nanoTime() - begin));
    }
}
