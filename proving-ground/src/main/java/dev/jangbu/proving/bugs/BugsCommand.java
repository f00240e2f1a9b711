package dev.jangbu.proving.bugs;

import dev.jangbu.operator.console.CommandRunner;
import dev.jangbu.proving.audit.AuditReport.Outcome;
import dev.jangbu.proving.results.ResultsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bugs}: plants bugs in temporary stacks, one at a time, and checks that each is caught. */
@Command(
        name = "bugs",
        description = "Plants bugs in temporary stacks, one at a time, and checks that each is caught, and that nothing"
                + " is reported without a bug. Writes docs/planted-bugs.md after all runs. About a minute each.",
        footer =
                "Exit codes: 0 each bug was caught and nothing else was reported, 1 a bug was not caught, or something was"
                        + " reported without a bug, 2 inconclusive.",
        mixinStandardHelpOptions = true)
public final class BugsCommand implements Callable<Integer> {

    static final long SEED = 20_261_124;

    @Option(names = "--list", description = "list the bugs and plant none")
    private boolean list;

    @Option(
            names = "--only",
            paramLabel = "BUG",
            split = ",",
            description = "plant these bugs alone, without the control runs; the report stays unchanged")
    private List<String> only = List.of();

    @Option(
            names = "--at-most",
            paramLabel = "N",
            description = "number of runs now; the next call continues (default: all)")
    private int atMost = Integer.MAX_VALUE;

    @Option(names = "--seed", paramLabel = "S", description = "seed of the load (default: ${DEFAULT-VALUE})")
    private long seed = SEED;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "file of completed runs, with which an interrupted call continues"
                    + " (default: proving-ground/target/bugs.jsonl; removed after the last run)")
    private @Nullable Path results;

    @Option(names = "--report", paramLabel = "FILE", description = "file of the report (default: docs/planted-bugs.md)")
    private @Nullable Path report;

    @Option(names = "--keep", description = "keep the directories of the stacks")
    private boolean keep;

    private final PrintStream out = CommandRunner.stdout();
    private final PrintStream err = CommandRunner.stderr();
    private final Clock clock;

    /** @param clock gives the date of the report and the times of records that a scenario writes */
    public BugsCommand(Clock clock) {
        this.clock = clock;
    }

    /** A scenario, and its bug or {@link DetectionResult#NO_BUG}. */
    private record PlannedRun(String bug, Scenario scenario) {

        boolean isOf(DetectionResult result) {
            return result.bug().equals(bug) && result.scenario() == scenario;
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        Path repository = Path.of(System.getProperty("jangbu.home", "."));
        try {
            Map<String, PlantedBug> bugs = new LinkedHashMap<>();
            PlantedBug.in(repository.resolve("proving-ground/bugs")).forEach(bug -> bugs.put(bug.name(), bug));
            if (list) {
                bugs.values().forEach(bug -> out.println("%-26s %s".formatted(bug.name(), bug.bug())));
                return Outcome.HOLDS.exitCode();
            }
            for (String name : only) {
                if (!bugs.containsKey(name)) {
                    err.println("There is no bug " + name + "; see --list.");
                    return Outcome.NOT_QUIET.exitCode();
                }
            }
            return run(repository, bugs).exitCode();
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("The command failed: " + e.getMessage());
            return Outcome.NOT_QUIET.exitCode();
        }
    }

    private Outcome run(Path repository, Map<String, PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        ResultsFile<DetectionResult> completed = new ResultsFile<>(
                results == null ? repository.resolve("proving-ground/target/bugs.jsonl") : results,
                DetectionResult.class);
        boolean all = only.isEmpty();
        List<PlannedRun> planned = plan(bugs);
        List<DetectionResult> done = new ArrayList<>();
        int attempts = 0;
        for (PlannedRun next : planned) {
            err.println("[%d/%d] %s, %s"
                    .formatted(
                            done.size() + 1,
                            planned.size(),
                            next.bug(),
                            next.scenario().label()));
            Optional<DetectionResult> earlier =
                    all ? completed.find(result -> result.seed() == seed && next.isOf(result)) : Optional.empty();
            if (earlier.isEmpty() && attempts++ == atMost) {
                out.println("%d of %d runs are done; call the command again for the others."
                        .formatted(done.size(), planned.size()));
                return Outcome.NOT_QUIET;
            }
            DetectionResult result = earlier.isPresent() ? earlier.get() : execute(repository, next, bugs);
            if (earlier.isEmpty() && all) {
                completed.add(result);
            }
            done.add(result);
            print(result, result.matchesExpectation(bugs));
        }
        List<DetectionResult> expected =
                done.stream().filter(result -> result.matchesExpectation(bugs)).toList();
        int unexpected = done.size() - expected.size();
        if (all) {
            Path file = report == null ? repository.resolve("docs/planted-bugs.md") : report;
            LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
            Files.writeString(file, DetectionMatrix.markdown(bugs, done, seed, today));
            out.println("Report: " + file.normalize());
            completed.retain(unexpected == 0 ? List.of() : expected);
        }
        out.println(
                unexpected == 0
                        ? "Every planted bug is caught, and nothing is reported without a bug."
                        : "%d of %d runs have an unexpected result.".formatted(unexpected, done.size()));
        return unexpected == 0 ? Outcome.HOLDS : Outcome.BROKEN;
    }

    /** The control runs without a bug come first: if they report anything, the other reports prove nothing. */
    private List<PlannedRun> plan(Map<String, PlantedBug> bugs) {
        List<PlannedRun> planned = new ArrayList<>();
        if (only.isEmpty()) {
            for (Scenario scenario : Scenario.values()) {
                planned.add(new PlannedRun(DetectionResult.NO_BUG, scenario));
            }
        }
        bugs.values().stream()
                .filter(bug -> only.isEmpty() || only.contains(bug.name()))
                .forEach(bug -> planned.add(new PlannedRun(bug.name(), bug.scenario())));
        return planned;
    }

    private DetectionResult execute(Path repository, PlannedRun planned, Map<String, PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        DetectionRun run = new DetectionRun(repository, seed, keep, clock, line -> err.println("    " + line));
        List<PlantedBug> bug =
                Optional.ofNullable(bugs.get(planned.bug())).stream().toList();
        return new DetectionResult(planned.bug(), planned.scenario(), seed, run.run(planned.scenario(), bug));
    }

    private void print(DetectionResult result, boolean expected) {
        out.println(" %s %s".formatted(expected ? "✓" : "✗", result.bug()));
        result.detections()
                .forEach((detector, evidence) -> out.println("        %-5s %s: %s"
                        .formatted(
                                detector.column(),
                                detector.label(),
                                evidence.lines().findFirst().orElse(""))));
    }
}
