package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Progress;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
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

/**
 * One seed after the other: a stack of its own, load, faults; then it heals, and everything that was promised, announced and booked is
 * held against what there is.
 */
final class Torture {

    private static final Duration HEALS_WITHIN = Duration.ofMinutes(5);

    private final Path home;
    private final Path folder;
    private final Duration length;
    private final int clients;
    private final boolean keep;
    private final Clock clock;
    private final Consumer<String> out;

    /**
     * @param home the repository's root
     * @param folder where logs and pictures go
     * @param length for how long faults strike
     * @param clients how many customers there are at a time
     * @param keep whether a stack's directory stays even if all is well
     * @param out takes lines that say what happens
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

    /** For instance {@code 10m}. */
    static String text(Duration length) {
        return length.toSecondsPart() == 0 ? length.toMinutes() + "m" : length.toSeconds() + "s";
    }

    /** Runs one seed to its end; what goes wrong on the way is part of the result. */
    Result run(long seed) throws InterruptedException {
        long begin = System.nanoTime();
        String at = clock.instant().toString();
        String name = "seed-" + seed + "-" + text(length);
        Path logFile = folder.resolve(name + ".log");
        Path picture = folder.resolve(name + ".html");
        try (RunLog log = new RunLog(logFile, out)) {
            Plan plan = Plan.of(seed, length);
            log.write("seed %d, %s: %d faults"
                    .formatted(seed, text(length), plan.strikes().size()));
            plan.strikes().forEach(strike -> log.write(strike.toString()));
            log.write("Starting a stack of its own");
            try (OwnStack stack = new OwnStack(home, keep)) {
                return inARunningStack(stack, seed, plan, log, picture, at, begin);
            }
        } catch (IOException | IllegalStateException e) {
            return unknown(seed, at, String.valueOf(e.getMessage()), begin, logFile);
        }
    }

    private Result inARunningStack(
            OwnStack stack, long seed, Plan plan, RunLog log, Path picture, String at, long begin)
            throws InterruptedException, IOException {
        boolean well = false;
        try {
            Run run = run(stack, seed, plan, log);
            Result result = run.result(seed, length, clients, at, since(begin), log.file(), picture);
            Picture.write(picture, result, run);
            log.write(Summary.of(result, run));
            log.write("log %s%npicture %s".formatted(log.file(), picture));
            well = result.passed();
            return result;
        } catch (SQLException | ExecutionException | RuntimeException e) {
            log.say("Torture can't go on: " + e);
            return unknown(seed, at, e.toString(), begin, log.file());
        } finally {
            if (keep || !well) {
                stack.keep();
                log.write("The stack's data and logs: " + stack.data());
            }
        }
    }

    private Run run(OwnStack stack, long seed, Plan plan, RunLog log)
            throws IOException, SQLException, InterruptedException, ExecutionException {
        StackAddress address = stack.address();
        RunTime time = new RunTime(clock.instant());
        ClientTimeline seen = new ClientTimeline(time);
        try (Watcher watcher = new Watcher(address, time, seen);
                Health health = new Health(stack, address, time);
                Load load = new Load(address, seed, log::say, seen);
                Progress progress = new Progress(log::say)) {
            log.begin(time);
            FaultInjector striker = new FaultInjector(stack, address, seed, Load.MISBEHAVIOUR);
            FaultSchedule strikes = new FaultSchedule(stack, striker, health, seen, watcher.deliveries(), time, log);
            FutureTask<Void> striking = new FutureTask<>(() -> {
                strikes.carryOut(plan);
                load.calm();
                return null;
            });
            Thread.ofVirtual().name("strikes").start(striking);
            try {
                load.work(clients, begun -> !striking.isDone());
                striking.get();
            } finally {
                // Should the load have failed, nothing is to be struck any more.
                striking.cancel(true);
            }
            seen.end();
            long loadEnded = time.nowMs();
            log.say("No more faults; healing");
            load.settle();
            AuditReport report = new Audit(address, HEALS_WITHIN, true, progress).run();
            log.write(report.toString());
            watcher.finish();
            Run run = new Run(time, loadEnded, seen, strikes.struck(), health.gaps(), load, watcher);
            run.judge(report, address);
            return run;
        }
    }

    private Result unknown(long seed, String at, String why, long begin, Path log) {
        return new Result(
                seed,
                text(length),
                clients,
                at,
                "unknown",
                AuditReport.Outcome.NOT_QUIET.exitCode(),
                List.of(why),
                0,
                Map.of(),
                Map.of(),
                Result.Load.NONE,
                since(begin),
                log.toString(),
                "");
    }

    private static long since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }
}
