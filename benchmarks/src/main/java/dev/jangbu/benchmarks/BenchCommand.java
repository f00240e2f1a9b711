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

/** {@code bench}: runs the benchmarks. Results go to standard output, progress to standard error. */
@Command(
        name = "bench",
        description = "Compares Jangbu with alternatives on stacks of its own, as ratios."
                + " Writes target/bench/<bench>.json and .html.",
        footer = "Exit codes: 0 measured, 1 a round was rejected because its result was wrong, 2 not measured.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {

    private static final int MEASURED = 0;
    private static final int REJECTED = 1;
    private static final int FAILED = 2;
    /** Above this load per core, other processes distort the measurement. */
    private static final double MAX_LOAD_PER_CORE = 0.5;

    /** The benchmarks. */
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

    /** The records of a round are held in memory for the check. */
    private static final int MAX_PAYMENTS = 100_000;

    @Option(names = "--seed", description = "seed of the input and the order of the rounds (default: ${DEFAULT-VALUE})")
    private long seed = 20_261_124;

    @Option(names = "--rounds", description = "measured rounds after the warm-up round (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(
            names = "--seconds",
            description = "approximate duration of a competitor's round (default: ${DEFAULT-VALUE})")
    private double seconds = 5;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "LOAD",
            description = "loads of settle: uniform, one-seller, ninety-percent, zipf (default: ${DEFAULT-VALUE})",
            defaultValue = "uniform,one-seller")
    private List<String> loads = new ArrayList<>();

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "WAY",
            description = "competitors of settle: ${COMPLETION-CANDIDATES} (default: all)")
    private List<SqlCompetitor.Strategy> against = List.of(SqlCompetitor.Strategy.values());

    @Option(names = "--alone", description = "run settle without competitors")
    private boolean alone;

    @Option(names = "--lines", description = "sellers per payment of settle, 1 to 100 (default: ${DEFAULT-VALUE})")
    private int lines = 1;

    @Option(
            names = "--most",
            description = "maximum payments of a round of settle, rows of cdc (default: ${DEFAULT-VALUE})")
    private int most = MAX_PAYMENTS;

    @Option(names = "--rate", description = "payments per second of latency (default: half of the measured maximum)")
    private int rate;

    @Option(names = "--profile", description = "write flight recordings of the services")
    private boolean profile;

    @Option(names = "--inject", hidden = true, description = "defect in the competitors' tables, to test the check")
    private InjectedDefect defect = InjectedDefect.NONE;

    @Option(names = "--anyway", description = "measure even if a stack is running or the machine is busy")
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
        // The serializer library logs whole schemas through java.util.logging.
        LogManager.getLogManager().reset();
        try {
            Path home = Path.of(System.getProperty("jangbu.home", "."))
                    .toAbsolutePath()
                    .normalize();
            BenchOptions options = options(home);
            requireIdle(home);
            Report report = new Report(Machine.current(), options);
            ProgressReporter progress = new ProgressReporter(err);
            boolean rejected = false;
            for (Bench each : bench == Bench.all
                    ? List.of(Bench.settle, Bench.engine, Bench.api, Bench.latency, Bench.cdc)
                    : List.of(bench)) {
                Results results = run(each, options, progress);
                out.println(report.table(results));
                report.write(results).forEach(file -> progress.print("Written: " + file));
                rejected |= results.anyRejected();
            }
            return rejected ? REJECTED : MEASURED;
        } catch (BenchException e) {
            err.println(e.getMessage());
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("The benchmark failed: " + e);
        }
        return FAILED;
    }

    private Results run(Bench which, BenchOptions options, ProgressReporter progress)
            throws IOException, SQLException, InterruptedException {
        return switch (which) {
            case settle -> new SettleBench(options, progress, clock).run();
            case engine -> new EngineBench(options, progress, clock).run();
            case api -> new ApiBench(options, progress).run();
            case latency -> new LatencyBench(options, progress).run();
            case cdc -> new CdcBench(options, progress, clock).run();
            case all -> throw new IllegalArgumentException("all is not a single benchmark");
        };
    }

    private BenchOptions options(Path home) {
        if (rounds < 1 || seconds <= 0 || lines < 1 || lines > 100 || most < 1 || most > MAX_PAYMENTS || rate < 0) {
            throw new BenchException(
                    "--rounds and --seconds must be above 0, --most 1 to %d, --lines 1 to 100, --rate not below 0."
                            .formatted(MAX_PAYMENTS));
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
                defect,
                profile);
    }

    private void requireIdle(Path home) throws IOException {
        if (anyway) {
            return;
        }
        Path pid = Path.of(System.getenv()
                        .getOrDefault("JANGBU_DATA", home.resolve(".jangbu").toString()))
                .resolve("run/supervisor.pid");
        if (Files.exists(pid) && isAlive(Files.readString(pid).strip())) {
            throw new BenchException("A stack is running (process "
                    + Files.readString(pid).strip() + ") and competes for the cores. Stop it, or use --anyway.");
        }
        double loadPerCore = Machine.load() / Runtime.getRuntime().availableProcessors();
        if (loadPerCore > MAX_LOAD_PER_CORE) {
            throw new BenchException(("The machine is busy (load %.1f on %d cores), so the figures would be wrong."
                            + " Wait, or use --anyway.")
                    .formatted(Machine.load(), Runtime.getRuntime().availableProcessors()));
        }
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
    }
}
