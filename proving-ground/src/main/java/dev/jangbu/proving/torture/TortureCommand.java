package dev.jangbu.proving.torture;

import dev.jangbu.operator.console.CommandRunner;
import dev.jangbu.proving.audit.AuditReport.Outcome;
import dev.jangbu.proving.results.ResultsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code torture}: load, faults and an audit on a stack of its own. */
@Command(
        name = "torture",
        description = "Injects faults into a stack of its own under load, then audits it.",
        footer = {
            "Each run writes a log and an HTML report to target/torture and a line of JSON to the results file. A failed run"
                    + " also keeps its stack's directory.",
            "Exit codes, the worst of all runs: 0 all acknowledged answers and invariants hold, 1 one is broken (with"
                    + " evidence), 2 unknown."
        },
        mixinStandardHelpOptions = true)
public final class TortureCommand implements Callable<Integer> {

    private static final int MAX_MINUTES = 180;

    @Option(names = "--seed", paramLabel = "S", description = "seed of load and faults (default: random, printed)")
    private @Nullable Long seed;

    @Option(
            names = "--seeds",
            paramLabel = "RANGE",
            description = "several seeds one after the other, for example 1-10; those that have passed with the same"
                    + " minutes are skipped")
    private @Nullable String seeds;

    @Option(names = "--minutes", paramLabel = "M", description = "duration of the faults (default: ${DEFAULT-VALUE})")
    private int minutes = 5;

    @Option(names = "--clients", paramLabel = "N", description = "concurrent customers (default: ${DEFAULT-VALUE})")
    private int clients = 24;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "results file, one line per run (default: target/torture/results.jsonl)")
    private @Nullable Path results;

    @Option(names = "--keep", description = "keep the stack's directory after a passed run")
    private boolean keep;

    private final PrintStream out = CommandRunner.stdout();
    private final PrintStream err = CommandRunner.stderr();
    private final Clock clock;

    public TortureCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            require(minutes >= 1 && minutes <= MAX_MINUTES, "--minutes must be within 1.." + MAX_MINUTES);
            require(clients >= 1 && clients <= 1_000, "--clients must be within 1..1000");
            require(seed == null || seeds == null, "--seed and --seeds exclude each other");
            return runAll(seeds == null ? List.of(seed == null ? System.nanoTime() : seed) : Seeds.parse(seeds));
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
        } catch (IOException e) {
            err.println("The results file can't be read or written: " + e);
        }
        return Outcome.NOT_QUIET.exitCode();
    }

    private int runAll(List<Long> chosen) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("jangbu.home", "."));
        Path folder = home.resolve("target").resolve("torture");
        ResultsFile<RunResult> file =
                new ResultsFile<>(results == null ? folder.resolve("results.jsonl") : results, RunResult.class);
        Duration length = Duration.ofMinutes(minutes);
        Torture torture = new Torture(home, folder, length, clients, keep, clock, err::println);
        List<RunResult> all = new ArrayList<>();
        for (long each : chosen) {
            // A single seed is always run.
            Optional<RunResult> earlier = seeds == null
                    ? Optional.empty()
                    : file.find(result -> result.isPassOf(each, Torture.format(length)));
            if (earlier.isPresent()) {
                err.println("seed %d has already passed, %s"
                        .formatted(each, earlier.get().at()));
                all.add(earlier.get());
                continue;
            }
            err.println("repeat with ./jangbu torture --seed %d --minutes %d --clients %d"
                    .formatted(each, minutes, clients));
            RunResult result = torture.run(each);
            file.add(result);
            all.add(result);
            result.verdicts().forEach(line -> out.println("seed " + each + ": " + line));
        }
        out.println(TextReport.of(all));
        return worst(all);
    }

    /** Broken is worse than unknown, unknown is worse than kept. */
    private static int worst(List<RunResult> results) {
        return results.stream().anyMatch(result -> result.exitCode() == Outcome.BROKEN.exitCode())
                ? Outcome.BROKEN.exitCode()
                : results.stream().mapToInt(RunResult::exitCode).max().orElse(Outcome.NOT_QUIET.exitCode());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
