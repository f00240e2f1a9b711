package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.OwnStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Carries a plan out in its time, each fault for itself, and follows each until clients notice nothing of it any more. */
final class FaultSchedule {

    private static final Duration HEALS_WITHIN = Duration.ofMinutes(2);
    private static final Duration EVERY = Duration.ofMillis(50);

    private final OwnStack stack;
    private final FaultInjector striker;
    private final Health health;
    private final ClientTimeline seen;
    private final Deliveries deliveries;
    private final RunTime time;
    private final RunLog log;
    private final List<InjectedFault> struck = new ArrayList<>();

    FaultSchedule(
            OwnStack stack,
            FaultInjector striker,
            Health health,
            ClientTimeline seen,
            Deliveries deliveries,
            RunTime time,
            RunLog log) {
        this.stack = stack;
        this.striker = striker;
        this.health = health;
        this.seen = seen;
        this.deliveries = deliveries;
        this.time = time;
        this.log = log;
    }

    /** What has struck so far, in the order in which it did. */
    synchronized List<InjectedFault> struck() {
        return List.copyOf(struck);
    }

    /** Returns when all of it is over, and healed as far as it does. */
    void carryOut(Plan plan) throws InterruptedException {
        List<Thread> following = new ArrayList<>();
        try {
            for (Plan.Strike strike : plan.strikes()) {
                Thread.sleep(Duration.ofMillis(Math.max(0, strike.after().toMillis() - time.nowMs())));
                InjectedFault begun = begin(strike.fault());
                following.add(Thread.ofVirtual().name("fault " + begun.number()).start(() -> quietly(begun)));
            }
            for (Thread each : following) {
                each.join();
            }
        } catch (InterruptedException e) {
            following.forEach(Thread::interrupt);
            throw e;
        }
    }

    private synchronized InjectedFault begin(Fault fault) {
        InjectedFault begun = new InjectedFault(struck.size() + 1, fault, time.nowMs());
        struck.add(begun);
        log.say("⚡ %-3s %s".formatted("#" + begun.number(), fault));
        return begun;
    }

    private void quietly(InjectedFault begun) {
        try {
            follow(begun);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(InjectedFault begun) throws InterruptedException {
        Fault fault = begun.fault();
        Optional<ProcessHandle> before = stack.process(fault.part());
        long again = deliveries.again();
        seen.struck(begun);
        String outcome = striker.strike(fault, () -> {
            // It had to wait for its moment: what clients saw before was not its doing.
            begun.strikes(time.nowMs());
            seen.struck(begun);
        });
        begun.over(outcome, time.nowMs());
        log.say("  #%-3d %s".formatted(begun.number(), begun.outcome()));
        if (!begun.isDone()) {
            seen.spared(begun);
            return;
        }
        if (!fault.part().equals(Fault.TOPICS)) {
            awaitHealthy(begun, before);
        }
        await(begun::isAnswered);
        log.say("  #%-3d next approval after %s, next completion after %s%s"
                .formatted(
                        begun.number(),
                        after(begun.approvedAfter()),
                        after(begun.completedAfter()),
                        again(begun, again)));
    }

    private void awaitHealthy(InjectedFault begun, Optional<ProcessHandle> before) throws InterruptedException {
        Fault fault = begun.fault();
        boolean ends =
                fault instanceof Fault.Killed || fault instanceof Fault.Restarted || fault instanceof Fault.Unstored;
        if (ends && before.isPresent()) {
            // Its health is asked again only when there is another process: the old one may answer to its last.
            await(() -> stack.process(fault.part())
                    .filter(now -> now.pid() != before.get().pid())
                    .isPresent());
        }
        long since = time.nowMs();
        if (await(() -> health.workedAfter(fault.part(), since))) {
            begun.healthy(time.nowMs());
            log.say("  #%-3d %s works again after %s"
                    .formatted(begun.number(), fault.part(), after(begun.healthyAfter())));
        } else {
            log.say("  #%-3d %s does not work after %d s"
                    .formatted(begun.number(), fault.part(), HEALS_WITHIN.toSeconds()));
        }
    }

    /** Connect sends again what came after its offsets, before anything new. */
    private String again(InjectedFault begun, long before) throws InterruptedException {
        if (!(begun.fault() instanceof Fault.Unstored)) {
            return "";
        }
        long since = System.nanoTime();
        await(() -> deliveries.newSince(since));
        return "; %,d requests had come again by then".formatted(deliveries.again() - before);
    }

    private static String after(@Nullable Long millis) {
        return millis == null ? "none yet" : RunTime.seconds(millis) + " s";
    }

    private static boolean await(BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > HEALS_WITHIN.toNanos()) {
                return false;
            }
            Thread.sleep(EVERY);
        }
        return true;
    }
}
