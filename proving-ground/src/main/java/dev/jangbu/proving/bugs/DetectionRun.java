package dev.jangbu.proving.bugs;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.ProgressReporter;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.torture.ClientLoad;
import dev.jangbu.proving.torture.DatabaseRestore;
import dev.jangbu.proving.torture.PublicationMonitor;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Plants bugs in a temporary stack, runs a scenario on it, and collects the reports of all detectors.
 *
 * @param repository root of the built repository
 * @param seed seed of the load
 * @param kept whether the stack's directory is kept
 * @param clock gives the times of records that a scenario writes
 * @param out receives lines of progress
 */
record DetectionRun(Path repository, long seed, boolean kept, Clock clock, Consumer<String> out) {

    private static final int ORDERS = 120;
    private static final int CLIENTS = 12;

    /** A correct stack needs a tenth of it. Only a bug that stalls the load without stopping a service takes it all. */
    private static final Duration LOAD_LIMIT = Duration.ofMinutes(4);

    private static final Duration QUIET_LIMIT = Duration.ofMinutes(2);

    /** After a service has stopped itself, the load and the wait for quiet cannot succeed. */
    private static final Duration LIMIT_AFTER_STOP = Duration.ofSeconds(6);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    /** The first report of each detector that reports anything. */
    Map<Detector, String> run(Scenario scenario, List<PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        try (PatchedRepository patched = PatchedRepository.of(repository, bugs);
                EphemeralStack stack = new EphemeralStack(patched.path(), kept)) {
            if (kept) {
                out.accept("Data and logs of the stack: " + stack.data());
            }
            return run(stack, scenario, bugs);
        }
    }

    private Map<Detector, String> run(EphemeralStack stack, Scenario scenario, List<PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        Installation address = stack.address();
        Map<Detector, String> detections = new EnumMap<>(Detector.class);
        execute(address, bugs, false);
        try (PublicationMonitor watcher = new PublicationMonitor(address, clock.instant());
                ClientLoad load = new ClientLoad(address, seed, out);
                ProgressReporter progress = new ProgressReporter(line -> {})) {
            FutureTask<Void> work =
                    new FutureTask<>(() -> work(stack, scenario, load, new DatabaseRestore(stack, load, watcher, out)));
            Thread clients = Thread.ofPlatform().name("clients").start(work);
            boolean ended = await(work, stack.data());
            // Before the clients are interrupted, which they would report as well.
            first(load.violations()).ifPresent(violation -> detections.put(Detector.CLIENTS, violation));
            if (!ended) {
                clients.interrupt();
                clients.join();
            }
            out.accept(ended ? "the clients are done" : "the clients were stopped");
            execute(address, bugs, true);
            Optional<String> stopped = FailFastLog.first(stack.data());
            Duration quietLimit = ended || stopped.isEmpty() ? QUIET_LIMIT : LIMIT_AFTER_STOP;
            AuditReport report = new Audit(address, quietLimit, true, progress).run();
            detections.putAll(Detector.of(report));
            watcher.finish();
            first(watcher.violations()).ifPresent(violation -> detections.put(Detector.PUBLISHED_TOO_EARLY, violation));
            stopped.ifPresent(reason -> detections.put(Detector.FAILED_FAST, reason));
            return detections;
        }
    }

    /** Runs the load and injects the scenario's faults meanwhile. */
    private Void work(EphemeralStack stack, Scenario scenario, ClientLoad load, DatabaseRestore restore)
            throws Exception {
        FutureTask<Void> injecting = new FutureTask<>(() -> {
            for (int injection = 1; injection <= scenario.injections(); injection++) {
                int due = ORDERS * injection / (scenario.injections() + 1);
                while (load.orders() < due) {
                    Thread.sleep(POLL_INTERVAL);
                }
                scenario.injectFault(stack, restore, clock);
            }
            return null;
        });
        Thread injector = Thread.ofVirtual().start(injecting);
        try {
            load.work(CLIENTS, begun -> begun < ORDERS);
            injecting.get();
            load.settle();
            return null;
        } finally {
            injector.interrupt();
        }
    }

    /** Waits for the end of the load, but not longer than the limits. Returns whether it ended. */
    private boolean await(FutureTask<Void> work, Path data) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LOAD_LIMIT.toNanos();
        Optional<String> stopped = Optional.empty();
        while (System.nanoTime() - deadline < 0) {
            try {
                work.get(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                if (stopped.isEmpty()) {
                    stopped = FailFastLog.first(data);
                    if (stopped.isPresent()) {
                        out.accept("a service has stopped itself: " + stopped.get());
                        deadline = Math.min(deadline, System.nanoTime() + LIMIT_AFTER_STOP.toNanos());
                    }
                }
            } catch (ExecutionException e) {
                throw new IOException("The load failed", Objects.requireNonNull(e.getCause()));
            }
        }
        return false;
    }

    private static void execute(Installation address, List<PlantedBug> bugs, boolean afterTheLoad) throws SQLException {
        for (PlantedBug bug : bugs) {
            PlantedBug.Sql sql = bug.sql();
            if (sql != null && sql.afterTheLoad() == afterTheLoad) {
                try (Connection owner =
                                sql.onLedger() ? address.openLedgerAs("jangbu_owner") : address.openAs("jangbu_owner");
                        Statement statement = owner.createStatement()) {
                    statement.execute(sql.statements());
                }
            }
        }
    }

    private static Optional<String> first(Violations violations) {
        return violations.first().stream().findFirst();
    }
}
