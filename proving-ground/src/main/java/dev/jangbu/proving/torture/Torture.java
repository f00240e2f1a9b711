package dev.jangbu.proving.torture;

import dev.jangbu.operator.console.CommandException;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * Runs torture on a stack of its own: load and faults, recovery, then all checks. One seed per run.
 *
 * @param home the repository's root
 * @param folder the folder of logs and reports
 * @param length the duration of the faults
 * @param clients the number of concurrent customers
 * @param keep whether to keep the stack's directory after a passed run
 * @param out receives log lines
 */
record Torture(Path home, Path folder, Duration length, int clients, boolean keep, Clock clock, Consumer<String> out) {

    private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(10);

    /** Formats a length, for example {@code 10m}. */
    static String format(Duration length) {
        return length.toSecondsPart() == 0 ? length.toMinutes() + "m" : length.toSeconds() + "s";
    }

    /** Runs one seed; a failure is part of the result. */
    RunResult run(long seed) throws InterruptedException {
        RunClock total = new RunClock(clock.instant());
        String name = "seed-" + seed + "-" + format(length);
        Path log = folder.resolve(name + ".log");
        try (RunLog lines = new RunLog(log, out)) {
            FaultSchedule schedule = FaultSchedule.of(seed, length);
            lines.write("seed %d, %s: %d faults"
                    .formatted(seed, format(length), schedule.faults().size()));
            schedule.faults().forEach(fault -> lines.write(fault.toString()));
            lines.write("Starting a stack");
            try (EphemeralStack stack = new EphemeralStack(home, keep)) {
                return runOn(stack, seed, schedule, lines, folder.resolve(name + ".html"), total);
            }
        } catch (IOException | IllegalStateException | CommandException e) {
            return unknown(seed, String.valueOf(e.getMessage()), total, log);
        }
    }

    private RunResult runOn(
            EphemeralStack stack, long seed, FaultSchedule schedule, RunLog log, Path report, RunClock total)
            throws InterruptedException, IOException {
        boolean passed = false;
        try {
            CompletedRun run = run(stack, seed, schedule, log);
            RunResult result = run.result(
                    seed,
                    length,
                    clients,
                    total.begin().toString(),
                    total.nowMs(),
                    log.file().toString(),
                    report.toString());
            HtmlReport.write(report, result, run);
            log.write(TextReport.of(result, run));
            log.write("log %s%nreport %s".formatted(log.file(), report));
            passed = result.passed();
            return result;
        } catch (SQLException | ExecutionException | RuntimeException e) {
            log.print("Torture failed: " + e);
            return unknown(seed, e.toString(), total, log.file());
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
            FaultInjector injector = new FaultInjector(
                    stack, address, new DatabaseRestore(stack, load, monitor, log::print), seed, ClientLoad.PSP_FAULTS);
            List<InjectedFault> faults = new CopyOnWriteArrayList<>();
            FaultRunner runner =
                    new FaultRunner(stack, injector, health, timeline, monitor.deliveries(), time, log, faults);
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
            long loadEndedMs = time.nowMs();
            log.print("No more faults; recovering");
            load.settle();
            AuditReport report = new Audit(address, RECOVERY_TIMEOUT, true, progress).run();
            log.write(report.toString());
            monitor.finish();
            boolean quiescent = report.waitingFor().isEmpty();
            return new CompletedRun(
                    loadEndedMs,
                    timeline,
                    faults,
                    health.outages(),
                    load,
                    monitor,
                    report,
                    quiescent ? DeadLetterCheck.of(address) : null);
        }
    }

    private RunResult unknown(long seed, String why, RunClock total, Path log) {
        return new RunResult(
                seed,
                format(length),
                clients,
                total.begin().toString(),
                "unknown",
                AuditReport.Outcome.NOT_QUIET.exitCode(),
                List.of(why),
                0,
                Map.of(),
                Map.of(),
                RunResult.Figures.NONE,
                total.nowMs(),
                log.toString(),
                "");
    }
}
