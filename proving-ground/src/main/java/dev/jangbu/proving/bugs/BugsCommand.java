package dev.jangbu.proving.bugs;

import dev.jangbu.proving.audit.AuditReport.Outcome;
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
import java.util.logging.LogManager;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bugs}: plants bugs in stacks of their own, one at a time, to see that they are caught. */
@Command(
        name = "bugs",
        description =
                "Plants bugs in stacks of their own, one at a time, and sees that each is caught, and that nothing"
                        + " is reported where none is planted. Writes docs/planted-bugs.md when all were tried. About a minute each.",
        footer = "Exit codes: 0 each bug was caught and nothing else was reported, 1 one was not, or a sound stack was"
                + " accused, 2 nothing can be said.",
        mixinStandardHelpOptions = true)
public final class BugsCommand implements Callable<Integer> {

    static final long SEED = 20_261_124;

    @Option(names = "--list", description = "say which bugs there are, and plant none")
    private boolean list;

    @Option(
            names = "--only",
            paramLabel = "BUG",
            split = ",",
            description = "these bugs and no control; the report is left as it is")
    private List<String> only = List.of();

    @Option(
            names = "--at-most",
            paramLabel = "N",
            description = "try so many now, and leave the others for the next call (default: all)")
    private int atMost = Integer.MAX_VALUE;

    @Option(names = "--seed", paramLabel = "S", description = "of the customers (default: ${DEFAULT-VALUE})")
    private long seed = SEED;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "where trials are noted as they end, so that a run that was interrupted goes on where it was"
                    + " (default: proving-ground/target/bugs.jsonl; removed when all are done)")
    private @Nullable Path results;

    @Option(names = "--report", paramLabel = "FILE", description = "default: docs/planted-bugs.md")
    private @Nullable Path report;

    @Option(names = "--keep", description = "leave the stacks' directories behind, to look into them")
    private boolean keep;

    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    /** @param clock dates the report, and what a scenario writes */
    public BugsCommand(PrintStream out, PrintStream err, Clock clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /** A bug and its scenario, or a scenario without a bug. */
    private record Wanted(Optional<PlantedBug> bug, Scenario scenario) {

        String name() {
            return bug.map(PlantedBug::name).orElse(Caught.NO_BUG);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        // The serializers' library tells whole schemas there.
        LogManager.getLogManager().reset();
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
                    err.println("There is no bug " + name + "; --list says which there are.");
                    return Outcome.NOT_QUIET.exitCode();
                }
            }
            return run(repository, bugs);
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("Planting bugs can't go on: " + e.getMessage());
            return Outcome.NOT_QUIET.exitCode();
        }
    }

    private int run(Path repository, Map<String, PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        Results done =
                new Results(results == null ? repository.resolve("proving-ground/target/bugs.jsonl") : results, seed);
        List<Wanted> wanted = wanted(bugs);
        List<Caught> trials = new ArrayList<>();
        int attempts = 0;
        for (Wanted next : wanted) {
            err.println("[%d/%d] %s, %s"
                    .formatted(
                            trials.size() + 1,
                            wanted.size(),
                            next.name(),
                            next.scenario().label()));
            Optional<Caught> before = only.isEmpty() ? done.of(next.name(), next.scenario()) : Optional.empty();
            if (before.isEmpty() && attempts == atMost) {
                out.println("%d of %d are done; call it again for the others.".formatted(trials.size(), wanted.size()));
                return Outcome.NOT_QUIET.exitCode();
            }
            attempts += before.isEmpty() ? 1 : 0;
            Caught caught = before.isPresent() ? before.get() : attempt(repository, next);
            if (before.isEmpty() && only.isEmpty()) {
                done.add(caught);
            }
            trials.add(caught);
            say(caught, caught.isAsItMustBe(bugs));
        }
        if (only.isEmpty()) {
            Path file = report == null ? repository.resolve("docs/planted-bugs.md") : report;
            Files.writeString(
                    file,
                    new Matrix(bugs, trials).markdown(seed, LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC)));
            out.println("The report: " + file.normalize());
        }
        List<Caught> right =
                trials.stream().filter(trial -> trial.isAsItMustBe(bugs)).toList();
        int missed = trials.size() - right.size();
        if (only.isEmpty()) {
            done.keep(missed == 0 ? List.of() : right);
        }
        out.println(
                missed == 0
                        ? "Every planted bug is caught, and where none is planted nothing is reported."
                        : "%d of %d are not as they must be.".formatted(missed, trials.size()));
        return (missed == 0 ? Outcome.HOLDS : Outcome.BROKEN).exitCode();
    }

    /** The controls come first: where a sound stack is accused, no accusation is worth anything. */
    private List<Wanted> wanted(Map<String, PlantedBug> bugs) {
        List<Wanted> wanted = new ArrayList<>();
        if (only.isEmpty()) {
            for (Scenario scenario : Scenario.values()) {
                wanted.add(new Wanted(Optional.empty(), scenario));
            }
        }
        for (PlantedBug bug : bugs.values()) {
            if (only.isEmpty() || only.contains(bug.name())) {
                wanted.add(new Wanted(Optional.of(bug), bug.scenario()));
            }
        }
        return wanted;
    }

    private Caught attempt(Path repository, Wanted wanted) throws IOException, SQLException, InterruptedException {
        Trial trial = new Trial(repository, seed, keep, clock, line -> err.println("    " + line));
        return new Caught(
                wanted.name(),
                wanted.scenario(),
                seed,
                trial.run(wanted.scenario(), wanted.bug().stream().toList()));
    }

    private void say(Caught caught, boolean asItMustBe) {
        out.println(" %s %s".formatted(asItMustBe ? "✓" : "✗", caught.bug()));
        caught.said()
                .forEach((detector, evidence) -> out.println("        %-5s %s: %s"
                        .formatted(
                                detector.column(),
                                detector.label(),
                                evidence.lines().findFirst().orElse(""))));
    }
}
