package dev.jangbu.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench}: the benchmarks, side by side with their peers. What it says on the way goes to the standard error. */
@Command(
        name = "bench",
        description = "Measures Jangbu beside what one would build instead, on stacks of its own, as ratios."
                + " Writes target/bench/<bench>.json and .html.",
        footer =
                "Exit codes: 0 measured, 1 a round was refused because its result was wrong, 2 it couldn't be measured.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {

    private static final int MEASURED = 0;
    private static final int REFUSED = 1;
    private static final int CAN_NOT_TELL = 2;
    /** More than this per core, and others take what is to be measured. */
    private static final double BUSY = 0.5;

    /** What there is to measure. */
    public enum Bench {
        settle,
        engine,
        api,
        latency,
        cdc,
        all
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "BENCH",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
            defaultValue = "all")
    private Bench bench;

    /** Each round's records are held in memory, to be checked. */
    private static final int MOST = 100_000;

    @Option(names = "--seed", description = "decides the input and the order of the rounds (default: ${DEFAULT-VALUE})")
    private long seed = 20_261_124;

    @Option(names = "--rounds", description = "that count, besides the one that warms up (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(
            names = "--seconds",
            description = "about how long each contender works in a round (default: ${DEFAULT-VALUE})")
    private double seconds = 5;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "LOAD",
            description = "of settle: uniform, one-seller, ninety-percent, zipf (default: ${DEFAULT-VALUE})",
            defaultValue = "uniform,one-seller")
    private List<String> loads = new ArrayList<>();

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "WAY",
            description = "who settles beside us: ${COMPLETION-CANDIDATES} (default: all)")
    private List<SqlCompetitor.Way> against = List.of(SqlCompetitor.Way.values());

    @Option(names = "--alone", description = "settle without peers")
    private boolean alone;

    @Option(names = "--lines", description = "sellers of each payment of settle, 1 to 100 (default: ${DEFAULT-VALUE})")
    private int lines = 1;

    @Option(
            names = "--most",
            description =
                    "payments that a contender gets in a round of settle, rows of cdc (default: ${DEFAULT-VALUE})")
    private int most = MOST;

    @Option(names = "--rate", description = "payments per second of latency (default: half of what the machine can)")
    private int rate;

    @Option(names = "--profile", description = "also write flight recordings of the services")
    private boolean profile;

    @Option(names = "--plant", hidden = true, description = "a fault in the peers' tables, to see the rounds refused")
    private InjectedDefect plant = InjectedDefect.NONE;

    @Option(names = "--anyway", description = "measure although a stack runs here, or the machine is busy")
    private boolean anyway;

    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    public BenchCommand(PrintStream out, PrintStream err, Clock clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        // The serializers' library tells whole schemas there.
        LogManager.getLogManager().reset();
        try {
            Path home = Path.of(System.getProperty("jangbu.home", "."))
                    .toAbsolutePath()
                    .normalize();
            BenchOptions options = options(home);
            requireQuiet(home);
            Report report = new Report(Machine.present(), options);
            Progress progress = new Progress(err);
            boolean refused = false;
            for (Bench each : bench == Bench.all
                    ? List.of(Bench.settle, Bench.engine, Bench.api, Bench.latency, Bench.cdc)
                    : List.of(bench)) {
                Results results = run(each, options, progress);
                out.println(report.table(results));
                report.write(results).forEach(file -> progress.say("Written: " + file));
                refused |= results.anyRefused();
            }
            return refused ? REFUSED : MEASURED;
        } catch (BenchException e) {
            err.println(e.getMessage());
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("The bench can't go on: " + e);
        }
        return CAN_NOT_TELL;
    }

    private Results run(Bench which, BenchOptions options, Progress progress)
            throws IOException, SQLException, InterruptedException {
        return switch (which) {
            case settle -> new SettleBench(options, progress, clock).run();
            case engine -> new EngineBench(options, progress, clock).run();
            case api -> new ApiBench(options, progress).run();
            case latency -> new LatencyBench(options, progress).run();
            case cdc -> new ChangeStreamBench(options, progress, clock).run();
            case all -> throw new IllegalArgumentException("all is several");
        };
    }

    private BenchOptions options(Path home) {
        if (rounds < 1 || seconds <= 0 || lines < 1 || lines > 100 || most < 1 || most > MOST || rate < 0) {
            throw new BenchException(
                    "--rounds and --seconds must be above 0, --most 1 to %d, --lines 1 to 100, --rate not below 0."
                            .formatted(MOST));
        }
        return new BenchOptions(
                home,
                seed,
                rounds,
                seconds,
                loads.stream().map(Load::of).toList(),
                alone ? List.of() : against,
                lines,
                most,
                rate,
                plant,
                profile);
    }

    private void requireQuiet(Path home) throws IOException {
        if (anyway) {
            return;
        }
        Path pid = Path.of(System.getenv()
                        .getOrDefault("JANGBU_DATA", home.resolve(".jangbu").toString()))
                .resolve("run/supervisor.pid");
        if (Files.exists(pid) && isAlive(Files.readString(pid).strip())) {
            throw new BenchException(
                    "A stack is running (process " + Files.readString(pid).strip()
                            + "), and would take the cores that are to be measured. Stop it, or say --anyway.");
        }
        double busy = Machine.load() / Runtime.getRuntime().availableProcessors();
        if (busy > BUSY) {
            throw new BenchException(
                    ("Other programs are busy on this machine (load %.1f on %d cores): the figures would"
                                    + " be theirs. Wait, or say --anyway.")
                            .formatted(Machine.load(), Runtime.getRuntime().availableProcessors()));
        }
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
    }
}
