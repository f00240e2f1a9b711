package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.ProgressReporter;
import dev.jangbu.proving.stack.EphemeralStack;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** Runs torture on a stack of its own: load and faults, recovery, then all checks. One seed per run. */
final class Torture {

    private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(10);

    private final Path home;
    private final Path folder;
    private final Duration length;
    private final int clients;
    private final boolean keep;
    private final Clock clock;
    private final Consumer<String> out;

    /**
     * @param home the repository's root
     * @param folder the folder of logs and reports
     * @param length the duration of the faults
     * @param clients the number of concurrent customers
     * @param keep whether to keep the stack's directory after a passed run
     * @param out receives log lines
     */
    Torture(Path home, Path folder, Duration length, int clients, boolean keep, Clock clock, Consumer<String> out) {
        this.home = home;
        this.folder = folder;
        this.length = length;
        this.clients = clients;
        this.keep = keep;
        this.clock = clock;
        this.out = out;
    }

    /** Formats a length, for example {@code 10m}. */
    static String format(Duration length) {
        return length.toSecondsPart() == 0 ? length.toMinutes() + "m" : length.toSeconds() + "s";
    }

    /** Runs one seed; a failure is part of the result. */
    RunResult run(long seed) throws InterruptedException {
        long begin = System.nanoTime();
        String at = clock.instant().toString();
        String name = "seed-" + seed + "-" + format(length);
        Path logFile = folder.resolve(name + ".log");
        Path report = folder.resolve(name + ".html");
        try (RunLog log = new RunLog(logFile, out)) {
            FaultSchedule schedule = FaultSchedule.of(seed, length);
            log.write("seed %d, %s: %d faults"
                    .formatted(seed, format(length), schedule.faults().size()));
            schedule.faults().forEach(fault -> log.write(fault.toString()));
            log.write("Starting a stack");
            try (EphemeralStack stack = new EphemeralStack(home, keep)) {
                return runOn(stack, seed, schedule, log, report, at, begin);
            }
        } catch (IOException | IllegalStateException e) {
            return unknown(seed, at, String.valueOf(e.getMessage()), begin, logFile);
        }
    }

    private RunResult runOn(
            EphemeralStack stack, long seed, FaultSchedule schedule, RunLog log, Path report, String at, long begin)
            throws InterruptedException, IOException {
        boolean passed = false;
        try {
            CompletedRun run = run(stack, seed, schedule, log);
            RunResult result = run.result(seed, length, clients, at, since(begin), log.file(), report);
            HtmlReport.write(report, result, run);
            log.write(TextReport.of(result, run));
            log.write("log %s%nreport %s".formatted(log.file(), report));
            passed = result.passed();
            return result;
        } catch (SQLException | ExecutionException | RuntimeException e) {
            log.print("Torture failed: " + e);
            return unknown(seed, at, e.toString(), begin, log.file());
        } finally {
            if (keep || !passed) {
                stack.keep();
                log.write("The stack's data and logs: " + stack.data());
            }
        }
    }

    private CompletedRun run(EphemeralStack stack, long seed, FaultSchedule schedule, RunLog log)
            throws IOException, SQLException, InterruptedException, ExecutionException {
        Installation address = stack.address();
        RunClock time = new RunClock(clock.instant());
        ClientTimeline timeline = new ClientTimeline(time);
        try (PublicationMonitor monitor = new PublicationMonitor(address, time, timeline);
                HealthMonitor health = new HealthMonitor(stack, address, time);
                ClientLoad load = new ClientLoad(address, seed, log::print, timeline);
                ProgressReporter progress = new ProgressReporter(log::print)) {
            log.begin(time);
            FaultInjector injector = new FaultInjector(stack, address, seed, ClientLoad.PSP_FAULTS);
            FaultRunner runner = new FaultRunner(stack, injector, health, timeline, monitor.deliveries(), time, log);
            FutureTask<Void> injecting = new FutureTask<>(() -> {
                runner.run(schedule);
                load.stopPspFaults();
                return null;
            });
            Thread.ofVirtual().name("faults").start(injecting);
            try {
                load.work(clients, started -> !injecting.isDone());
                injecting.get();
            } finally {
                // Stops the injection if the load has failed.
                injecting.cancel(true);
            }
            timeline.end();
            long loadEnded = time.nowMs();
            log.print("No more faults; recovering");
            load.settle();
            AuditReport report = new Audit(address, RECOVERY_TIMEOUT, true, progress).run();
            log.write(report.toString());
            monitor.finish();
            CompletedRun run = new CompletedRun(
                    time, loadEnded, timeline, runner.injectedFaults(), health.outages(), load, monitor);
            run.evaluate(report, address);
            return run;
        }
    }

    private RunResult unknown(long seed, String at, String why, long begin, Path log) {
        return new RunResult(
                seed,
                format(length),
                clients,
                at,
                "unknown",
                AuditReport.Outcome.NOT_QUIET.exitCode(),
                List.of(why),
                0,
                Map.of(),
                Map.of(),
                RunResult.Figures.NONE,
                since(begin),
                log.toString(),
                "");
    }

    private static long since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }
}
