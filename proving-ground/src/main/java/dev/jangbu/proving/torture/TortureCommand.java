package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.AuditReport.Outcome;
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

/** {@code torture}: load, faults, and an audit, on a stack of its own. */
@Command(
        name = "torture",
        description = "Kills, stops and confuses a stack of its own under load, then audits it.",
        footer = {
            "Each run leaves a log and a picture in target/torture, and a line of JSON in the results file. A run that broke"
                    + " something leaves its stack's directory behind too.",
            "Exit codes, the worst of all runs: 0 every promise was kept and all invariants hold, 1 one is broken (with"
                    + " evidence), 2 nothing can be said."
        },
        mixinStandardHelpOptions = true)
public final class TortureCommand implements Callable<Integer> {

    private static final int LONGEST_MINUTES = 180;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "what happens, and when (default: another each time; it is printed)")
    private @Nullable Long seed;

    @Option(
            names = "--seeds",
            paramLabel = "RANGE",
            description = "several seeds one after the other, for instance 1-10; those that have passed with the same"
                    + " minutes are skipped")
    private @Nullable String seeds;

    @Option(names = "--minutes", paramLabel = "M", description = "how long faults strike (default: ${DEFAULT-VALUE})")
    private int minutes = 5;

    @Option(
            names = "--clients",
            paramLabel = "N",
            description = "how many customers at a time (default: ${DEFAULT-VALUE})")
    private int clients = 24;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "where each run adds its line (default: target/torture/results.jsonl)")
    private @Nullable Path results;

    @Option(names = "--keep", description = "leave the stack's directory behind even if all is well, to look into it")
    private boolean keep;

    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    public TortureCommand(PrintStream out, PrintStream err, Clock clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            require(minutes >= 1 && minutes <= LONGEST_MINUTES, "--minutes must be within 1.." + LONGEST_MINUTES);
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
        Results file = new Results(results == null ? folder.resolve("results.jsonl") : results);
        Duration length = Duration.ofMinutes(minutes);
        Torture torture = new Torture(home, folder, length, clients, keep, clock, err::println);
        List<Result> all = new ArrayList<>();
        for (long each : chosen) {
            // A single seed is run because somebody wants to see it.
            Optional<Result> before = seeds == null ? Optional.empty() : file.passed(each, Torture.text(length));
            if (before.isPresent()) {
                err.println("seed %d has passed already, %s"
                        .formatted(each, before.get().at()));
                all.add(before.get());
                continue;
            }
            err.println("repeat with ./jangbu torture --seed %d --minutes %d --clients %d"
                    .formatted(each, minutes, clients));
            Result result = torture.run(each);
            file.add(result);
            all.add(result);
            result.said().forEach(line -> out.println("seed " + each + ": " + line));
        }
        out.println(Summary.of(all));
        return worst(all);
    }

    /** Broken is worse than unknown, and that worse than kept. */
    private static int worst(List<Result> results) {
        return results.stream().anyMatch(result -> result.exitCode() == Outcome.BROKEN.exitCode())
                ? Outcome.BROKEN.exitCode()
                : results.stream().mapToInt(Result::exitCode).max().orElse(Outcome.NOT_QUIET.exitCode());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
