package dev.jangbu.proving.torture;

import dev.jangbu.operator.console.InterruptibleTask;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.torture.InjectedFault.Recovery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Injects the faults of a schedule at their times and follows each one until clients have recovered.
 *
 * @param faults receives the injected faults in order
 */
record FaultRunner(
        EphemeralStack stack,
        FaultInjector injector,
        HealthMonitor health,
        ClientTimeline timeline,
        DeliveryCounter deliveries,
        RunClock time,
        RunLog log,
        List<InjectedFault> faults) {

    private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration INTERVAL = Duration.ofMillis(50);

    /** Runs a schedule; returns when all faults are over and recovery was awaited. */
    void run(FaultSchedule schedule) throws InterruptedException {
        List<Thread> following = new ArrayList<>();
        try {
            // On a slow machine the schedule starts late: a fault without any load would prove nothing.
            await(() -> timeline.completions() > 0);
            long delayMs = Math.max(0, time.nowMs() - schedule.start().toMillis());
            for (FaultSchedule.ScheduledFault scheduled : schedule.faults()) {
                long dueMs = scheduled.after().toMillis() + delayMs;
                Thread.sleep(Duration.ofMillis(Math.max(0, dueMs - time.nowMs())));
                boolean isAlone = scheduled.fault().isAlone();
                if (isAlone) {
                    await(() -> faults.stream().allMatch(InjectedFault::isOver));
                }
                InjectedFault injected = begin(scheduled.fault());
                Thread follower = Thread.ofVirtual()
                        .name("fault " + injected.number())
                        .start(InterruptibleTask.of(() -> follow(injected)));
                following.add(follower);
                if (isAlone) {
                    awaitOver(injected, follower);
                    delayMs = Math.max(delayMs, time.nowMs() - scheduled.ends().toMillis());
                }
            }
            for (Thread each : following) {
                each.join();
            }
        } catch (InterruptedException e) {
            following.forEach(Thread::interrupt);
            throw e;
        }
    }

    /** Without a limit: the injection has its own. A failed one never ends. */
    private static void awaitOver(InjectedFault injected, Thread follower) throws InterruptedException {
        while (!injected.isOver() && follower.isAlive()) {
            Thread.sleep(INTERVAL);
        }
    }

    private InjectedFault begin(Fault fault) {
        InjectedFault injected = new InjectedFault(faults.size() + 1, fault, time.nowMs());
        faults.add(injected);
        log.print("⚡ %-3s %s".formatted("#" + injected.number(), fault.text()));
        return injected;
    }

    private void follow(InjectedFault injected) throws InterruptedException {
        Fault fault = injected.fault();
        Optional<ProcessHandle> previous = stack.process(fault.part());
        long duplicates = deliveries.duplicates();
        timeline.faultStarted(injected);
        String outcome = injector.inject(fault, () -> {
            // The fault started late: reset the recovery times.
            injected.startedLate(time.nowMs());
            timeline.faultStarted(injected);
        });
        injected.ended(outcome, time.nowMs());
        log.print("  #%-3d %s".formatted(injected.number(), injected.outcome()));
        if (!injected.wasInjected()) {
            timeline.faultSkipped(injected);
            return;
        }
        if (!fault.part().equals(Fault.TOPICS)) {
            awaitHealthy(injected, previous);
        }
        await(injected::isRecovered);
        log.print("  #%-3d next approval after %s, next completion after %s%s"
                .formatted(
                        injected.number(),
                        after(injected, Recovery.APPROVED),
                        after(injected, Recovery.COMPLETED),
                        countDuplicates(injected, duplicates)));
    }

    private void awaitHealthy(InjectedFault injected, Optional<ProcessHandle> previous) throws InterruptedException {
        Fault fault = injected.fault();
        boolean ends = fault instanceof Fault.Killed
                || fault instanceof Fault.Restarted
                || fault instanceof Fault.KilledBeforeOffsetCommit;
        if (ends && previous.isPresent()) {
            // Wait for another process first: the old one may still respond.
            await(() -> stack.process(fault.part())
                    .filter(now -> now.pid() != previous.get().pid())
                    .isPresent());
        }
        long since = time.nowMs();
        if (await(() -> health.wasHealthySince(fault.part(), since))) {
            injected.recovered(Recovery.HEALTHY, since, time.nowMs());
            log.print("  #%-3d %s healthy after %s"
                    .formatted(injected.number(), fault.part(), after(injected, Recovery.HEALTHY)));
        } else {
            log.print("  #%-3d %s not healthy after %d s"
                    .formatted(injected.number(), fault.part(), RECOVERY_TIMEOUT.toSeconds()));
        }
    }

    /** Waits for the first new request; Connect sends the records after its stored offsets again before it. */
    private String countDuplicates(InjectedFault injected, long previous) throws InterruptedException {
        if (!(injected.fault() instanceof Fault.KilledBeforeOffsetCommit)) {
            return "";
        }
        long since = System.nanoTime();
        await(() -> deliveries.hasNewSince(since));
        return "; %,d requests were delivered again by then".formatted(deliveries.duplicates() - previous);
    }

    private static String after(InjectedFault injected, Recovery sign) {
        Long millis = injected.recoveredAfter(sign);
        return millis == null ? "none yet" : RunClock.seconds(millis) + " s";
    }

    private static boolean await(BooleanSupplier condition) throws InterruptedException {
        return Await.holds(RECOVERY_TIMEOUT, INTERVAL, condition);
    }
}
