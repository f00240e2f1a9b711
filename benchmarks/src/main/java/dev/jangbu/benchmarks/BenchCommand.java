package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.DataOption;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private BenchOptions options = new BenchOptions();

    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    public BenchCommand(PrintStream out, PrintStream err, Clock clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException, SQLException, InterruptedException {
        // The serializer library logs whole schemas through java.util.logging.
        LogManager.getLogManager().reset();
        options.validate();
        if (!options.anyway) {
            requireIdle();
        }
        Report report = new Report(Machine.current(), options);
        ProgressReporter progress = new ProgressReporter(err);
        boolean rejected = false;
        for (Bench each : Bench.values()) {
            if (each != Bench.all && (bench == Bench.all || bench == each)) {
                Results results = run(each, progress);
                out.println(report.table(results));
                report.write(results).forEach(file -> progress.print("Written: " + file));
                rejected |= results.anyRejected();
            }
        }
        return rejected ? REJECTED : MEASURED;
    }

    private Results run(Bench which, ProgressReporter progress) throws IOException, SQLException, InterruptedException {
        return switch (which) {
            case settle -> SettleBench.run(options, progress, clock);
            case engine -> EngineBench.run(options, progress, clock);
            case api -> ApiBench.run(options, progress);
            case latency -> LatencyBench.run(options, progress);
            case cdc -> CdcBench.run(options, progress, clock);
            case all -> throw new IllegalArgumentException("all is not a single benchmark");
        };
    }

    private static void requireIdle() throws IOException {
        Path pid = new DataOption().directory().resolve("run/supervisor.pid");
        Optional<String> supervisor = Files.exists(pid)
                ? Optional.of(Files.readString(pid).strip()).filter(BenchCommand::isAlive)
                : Optional.empty();
        supervisor.ifPresent(process -> {
            throw new CommandException(
                    "A stack is running (process %s) and competes for the cores. Stop it, or use --anyway."
                            .formatted(process));
        });
        OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
        if (machine.getSystemLoadAverage() > MAX_LOAD_PER_CORE * machine.getAvailableProcessors()) {
            throw new CommandException(("The machine is busy (load %.1f on %d cores), so the figures would be wrong."
                            + " Wait, or use --anyway.")
                    .formatted(machine.getSystemLoadAverage(), machine.getAvailableProcessors()));
        }
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
    }
}
