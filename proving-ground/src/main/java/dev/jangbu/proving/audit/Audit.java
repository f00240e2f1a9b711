package dev.jangbu.proving.audit;

import dev.jangbu.proving.stack.StackAddress;
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
 * Waits until a stack is quiet, then checks the invariants, then looks whether it stayed quiet while they were checked; if not, all
 * that was seen is of no worth and it begins again.
 *
 * <p>A stack that doesn't become quiet in time may still stand still: a stage of it has stopped. Then what is there and must not be is
 * a breach all the same, and what is lacking is one if no stage that might bring it has anything left to do.
 *
 * <p>The memory it needs doesn't grow with what it looks at. The databases sort and stream what they hold; topics and the PSP's book
 * are sorted on disk ({@link dev.jangbu.proving.facts.SortedFacts}); two sorted sides are walked side by side, once.
 */
public final class Audit {

    private static final List<Invariant> INVARIANTS = List.of(
            new OneChargePerPayment(),
            new RefundsAddUp(),
            new OutboxSaysWhatWasApproved(),
            new OutboxIsPublished(),
            new SettledOnce(),
            new PayoutsAreCovered(),
            new Balanced(),
            new WalletsMatchTheBook(),
            new GapFree(),
            new OneCompletion(),
            new LegalHistory(),
            new MoneyIsConserved());

    /** What takes long, or tries to do what is forbidden. */
    private static final List<Invariant> DEEP = List.of(new LedgerRefusesChange(), new RebuiltFromKafka());

    /** How often something may move while a stack that isn't quiet is looked at. */
    private static final int LOOKS = 3;

    /** The connector says every two seconds how far it is. */
    private static final Duration SLOT_MOVES_WITHIN = Duration.ofSeconds(10);

    private final StackAddress stack;
    private final TopicReader topics;
    private final Duration patience;
    private final Progress progress;
    private final List<Invariant> invariants;

    /**
     * @param patience how long to wait for quiet, all in all
     * @param deep whether to check too what takes long
     */
    public Audit(StackAddress stack, Duration patience, boolean deep, Progress progress) {
        this(stack, new TopicReader(stack), patience, progress, deep ? everything() : INVARIANTS);
    }

    Audit(StackAddress stack, TopicReader topics, Duration patience, Progress progress, List<Invariant> invariants) {
        this.stack = stack;
        this.topics = topics;
        this.patience = patience;
        this.progress = progress;
        this.invariants = invariants;
    }

    /** All that can be checked, in the order of their numbers. */
    static List<Invariant> everything() {
        return Stream.concat(INVARIANTS.stream(), DEEP.stream()).toList();
    }

    /** Checks all, and says what it found of each. */
    public AuditReport run() throws IOException, SQLException, InterruptedException {
        long begin = System.nanoTime();
        long deadline = begin + patience.toNanos();
        try (Quiescence quiet = new Quiescence(stack, progress)) {
            while (true) {
                progress.step("12  waiting until the stack is quiet");
                List<String> waitingFor = quiet.await(deadline);
                Duration waited = Duration.ofNanos(System.nanoTime() - begin);
                if (!waitingFor.isEmpty()) {
                    return standingStill(quiet, waitingFor, waited);
                }
                Quiescence.State before = quiet.state();
                List<Finding> findings = check();
                progress.step("12  waiting until the replication slot has moved on");
                List<String> slot = quiet.awaitSlot(deadline);
                if (!slot.isEmpty()) {
                    return standingStill(quiet, slot, Duration.ofNanos(System.nanoTime() - begin));
                }
                if (quiet.state().equals(before)) {
                    return AuditReport.of(findings, waited);
                }
                if (System.nanoTime() - deadline >= 0) {
                    return AuditReport.notQuiet(List.of("an audit during which nothing moves"), waited);
                }
                progress.say("    something moved while the audit looked: again from the beginning");
            }
        }
    }

    /** What can be said of a stack that isn't quiet, if nothing moves in it, and it can be asked at all. */
    private AuditReport standingStill(Quiescence quiet, List<String> waitingFor, Duration waited)
            throws IOException, InterruptedException {
        try {
            return judgeWhatStandsStill(quiet, waitingFor, waited);
        } catch (SQLException | KafkaException e) {
            List<String> reasons = new ArrayList<>(waitingFor);
            reasons.add("an answer: " + e.getMessage());
            return AuditReport.notQuiet(List.copyOf(reasons), waited);
        }
    }

    private AuditReport judgeWhatStandsStill(Quiescence quiet, List<String> waitingFor, Duration waited)
            throws IOException, SQLException, InterruptedException {
        for (int look = 1; look <= LOOKS; look++) {
            progress.step("12  not quiet in time: looking at what stands still");
            Quiescence.State before = quiet.state();
            Set<Stage> underway = quiet.underway(System.nanoTime() + SLOT_MOVES_WITHIN.toNanos());
            List<String> unseen = new ArrayList<>(waitingFor);
            List<Finding> findings = new ArrayList<>(check(underway, unseen));
            List<String> open = quiet.open();
            if (quiet.state().equals(before)) {
                if (underway.isEmpty() && open.isEmpty()) {
                    return AuditReport.of(findings, waited); // In the last moment, after all.
                }
                if (underway.isEmpty()) {
                    findings.add(stuck(open));
                }
                return AuditReport.standingStill(unseen, waited, underway, findings);
            }
        }
        return AuditReport.notQuiet(waitingFor, waited);
    }

    private static Finding stuck(List<String> open) {
        return new Finding(
                12,
                "ComesToItsEnd",
                "What was begun comes to its end: it is open only while somebody has something left to do for it",
                open.size(),
                open.stream()
                        .map(each -> each + ", and nobody has anything left to do")
                        .toList(),
                open.size(),
                Duration.ZERO);
    }

    /** Checks without asking whether the stack is quiet, as if it were. */
    List<Finding> check() throws IOException, SQLException {
        return check(EnumSet.noneOf(Stage.class), new ArrayList<>());
    }

    /** @param unseen takes what could not be looked at, because a stage that has to be asked is down */
    private List<Finding> check(Set<Stage> underway, List<String> unseen) throws IOException, SQLException {
        Path scratch = Files.createTempDirectory("jangbu-audit-");
        try (Evidence evidence = new Evidence(stack, topics, scratch, progress)) {
            List<Finding> findings = new ArrayList<>();
            for (Invariant invariant : invariants) {
                progress.step("%2d  %s".formatted(invariant.number(), invariant.statement()));
                long begin = System.nanoTime();
                Violations breaches = new Violations(underway);
                try {
                    invariant.check(evidence, breaches);
                } catch (IOException | KafkaException | IllegalStateException e) {
                    if (underway.isEmpty()) {
                        throw e;
                    }
                    unseen.add("a look at %s: %s".formatted(invariant.getClass().getSimpleName(), e.getMessage()));
                    continue;
                }
                findings.add(new Finding(
                        invariant.number(),
                        invariant.getClass().getSimpleName(),
                        invariant.statement(),
                        breaches.count(),
                        breaches.first(),
                        progress.seen(),
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
