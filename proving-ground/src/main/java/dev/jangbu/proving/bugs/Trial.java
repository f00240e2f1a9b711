package dev.jangbu.proving.bugs;

import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Progress;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
import dev.jangbu.proving.torture.Load;
import dev.jangbu.proving.torture.Watcher;
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

/** Plants bugs, lets a scenario happen to them on a stack of their own, and asks everybody who might have noticed. */
final class Trial {

    private static final int ORDERS = 120;
    private static final int CLIENTS = 12;

    /** A sound stack needs a fifth of it, also on a machine that has other things to do. */
    private static final Duration LOAD_WITHIN = Duration.ofSeconds(120);

    /** Once a part has said that it doesn't go on, there is little to wait for. */
    private static final Duration AFTER_A_STOP = Duration.ofSeconds(6);

    private static final Duration QUIET_WITHIN = Duration.ofSeconds(45);
    private static final Duration QUIET_WITHIN_AFTER_A_STOP = Duration.ofSeconds(6);
    private static final Duration EVERY = Duration.ofMillis(200);

    private final Path repository;
    private final long seed;
    private final boolean kept;
    private final Clock clock;
    private final Consumer<String> out;

    /**
     * @param repository built
     * @param seed of the load
     * @param kept whether the stack's directory stays
     * @param clock of records that a scenario writes
     * @param out takes lines that say how it goes on
     */
    Trial(Path repository, long seed, boolean kept, Clock clock, Consumer<String> out) {
        this.repository = repository;
        this.seed = seed;
        this.kept = kept;
        this.clock = clock;
        this.out = out;
    }

    /** What each detector that noticed something said first; empty if nobody noticed anything. */
    Map<Detector, String> run(Scenario scenario, List<PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        try (PatchedHome home = PatchedHome.of(repository, bugs);
                OwnStack stack = new OwnStack(home.path(), kept)) {
            if (kept) {
                out.accept("The stack's data and logs: " + stack.data());
            }
            return run(stack, scenario, bugs);
        }
    }

    private Map<Detector, String> run(OwnStack stack, Scenario scenario, List<PlantedBug> bugs)
            throws IOException, SQLException, InterruptedException {
        StackAddress address = stack.address();
        Stops stops = new Stops(stack.data());
        Map<Detector, String> said = new EnumMap<>(Detector.class);
        execute(address, bugs, false);
        try (Watcher watcher = new Watcher(address);
                Load load = new Load(address, seed, out);
                Progress progress = new Progress(line -> {})) {
            FutureTask<Void> work = new FutureTask<>(() -> work(stack, scenario, load));
            Thread clients = Thread.ofPlatform().name("clients").start(work);
            boolean ended = await(work, stops);
            // Before they are sent home: what they say of that is no breach.
            first(load.breaches()).ifPresent(broken -> said.put(Detector.CLIENTS, broken));
            if (!ended) {
                clients.interrupt();
                clients.join();
            }
            out.accept(ended ? "the clients are done" : "the clients wait no longer");
            execute(address, bugs, true);
            Optional<String> stopped = stops.first();
            Duration patience = ended || stopped.isEmpty() ? QUIET_WITHIN : QUIET_WITHIN_AFTER_A_STOP;
            AuditReport report = new Audit(address, patience, true, progress).run();
            said.putAll(Detector.of(report));
            watcher.finish();
            first(watcher.breaches()).ifPresent(early -> said.put(Detector.ANNOUNCED_TOO_EARLY, early));
            stopped.ifPresent(reason -> said.put(Detector.STOPPED_LOUDLY, reason));
            return said;
        }
    }

    /** The load, with what the scenario has in the midst of it. */
    private Void work(OwnStack stack, Scenario scenario, Load load) throws Exception {
        FutureTask<Void> striking = new FutureTask<>(() -> {
            for (int strike = 1; strike <= Scenario.STRIKES; strike++) {
                int due = ORDERS * strike / (Scenario.STRIKES + 1);
                while (load.orders() < due) {
                    Thread.sleep(EVERY);
                }
                scenario.strike(stack, clock);
            }
            return null;
        });
        Thread striker = Thread.ofVirtual().start(striking);
        try {
            load.work(CLIENTS, begun -> begun < ORDERS);
            striking.get();
            load.settle();
            return null;
        } finally {
            striker.interrupt();
        }
    }

    /** Whether the load came to its end before there was nothing more to wait for. */
    private boolean await(FutureTask<Void> work, Stops stops) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LOAD_WITHIN.toNanos();
        boolean stopSeen = false;
        while (System.nanoTime() - deadline < 0) {
            try {
                work.get(EVERY.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                if (!stopSeen && stops.first().isPresent()) {
                    stopSeen = true;
                    out.accept("a part has stopped: " + stops.first().orElseThrow());
                    deadline = Math.min(deadline, System.nanoTime() + AFTER_A_STOP.toNanos());
                }
            } catch (ExecutionException e) {
                throw new IOException("The load broke off", Objects.requireNonNull(e.getCause()));
            }
        }
        return false;
    }

    private static void execute(StackAddress address, List<PlantedBug> bugs, boolean afterTheLoad) throws SQLException {
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

    private static Optional<String> first(Violations breaches) {
        return breaches.first().stream().findFirst();
    }
}
