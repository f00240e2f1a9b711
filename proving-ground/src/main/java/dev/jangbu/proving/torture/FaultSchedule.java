package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.EphemeralStack;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The faults of a run with their times; deterministic in the seed.
 *
 * <p>Groups of faults are drawn without replacement: all groups are shuffled by the seed, and none is repeated before
 * all have been drawn. After a fault there usually is time to recover; every fourth one starts while the previous one
 * lasts or recovers. A fault that is alone overlaps with no other. All groups take nine minutes at most, so a run of ten
 * minutes contains every kind. A run of less than three minutes starts with the priority groups.
 */
record FaultSchedule(List<ScheduledFault> faults) {

    private static final Duration FIRST_AFTER = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMinutes(3);

    /** Parts that are paused by SIGSTOP; the PSP's pause is a group of its own. */
    private static final List<String> PAUSABLE =
            List.of("payment-api", "streams-processor", "ledger-service", "connect", "kafka", "postgres");

    /** The groups of a short schedule: the faults most likely to reveal a bug. */
    private static final List<FaultGroup> PRIORITY = List.of(
            one(random -> new Fault.Killed("streams-processor")),
            one(random -> new Fault.Killed("ledger-service")),
            one(random -> new Fault.Killed("payment-api")),
            one(random -> new Fault.KilledBeforeOffsetCommit(1 + random.nextInt(4))),
            one(random -> new Fault.Republished(50 + random.nextInt(200), random.nextInt())),
            one(random -> new Fault.Poisoned(5 + random.nextInt(6), random.nextInt())),
            one(random -> new Fault.Restarted("postgres")));

    private static final List<FaultGroup> ALL = all();

    /** Faults that belong together, with times relative to the first. */
    @FunctionalInterface
    private interface FaultGroup {
        List<ScheduledFault> draw(RandomGenerator random);
    }

    /** @param after time since the start of the load */
    record ScheduledFault(Duration after, Fault fault) {

        Duration ends() {
            return after.plus(fault.duration());
        }

        @Override
        public String toString() {
            return "%4d.%d s  %s".formatted(after.toSeconds(), after.toMillisPart() / 100, fault.text());
        }
    }

    /**
     * Creates a schedule.
     *
     * @param length the time at which all faults are over
     */
    static FaultSchedule of(long seed, Duration length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<ScheduledFault> faults = new ArrayList<>();
        Deque<FaultGroup> groups = new ArrayDeque<>(first(length, random));
        Duration at = FIRST_AFTER;
        Duration over = Duration.ZERO;
        while (true) {
            if (groups.isEmpty()) {
                groups.addAll(shuffled(ALL, random));
            }
            List<ScheduledFault> group = groups.remove().draw(random);
            Duration begin = isAlone(group) ? Collections.max(List.of(at, over)) : at;
            List<ScheduledFault> drawn = group.stream()
                    .map(scheduled -> new ScheduledFault(begin.plus(scheduled.after()), scheduled.fault()))
                    .toList();
            Duration ends = drawn.stream()
                    .map(ScheduledFault::ends)
                    .max(Duration::compareTo)
                    .orElse(at);
            if (ends.compareTo(length) > 0) {
                return new FaultSchedule(List.copyOf(faults));
            }
            faults.addAll(drawn);
            over = Collections.max(List.of(over, ends));
            at = next(drawn, ends, random);
        }
    }

    /** The time of the first fault. */
    Duration start() {
        return faults.isEmpty() ? FIRST_AFTER : faults.getFirst().after();
    }

    /** The start of the next group: soon, or after the expected recovery. */
    private static Duration next(List<ScheduledFault> drawn, Duration ends, RandomGenerator random) {
        ScheduledFault last = drawn.getLast();
        boolean noRecovery = last.fault().part().equals(Fault.TOPICS);
        int draw = random.nextInt(4);
        int tenths = random.nextInt(80);
        return draw == 0 || noRecovery
                ? (isAlone(drawn) ? ends : last.after()).plusMillis(800 + tenths * 40L)
                : ends.plusSeconds(6).plusMillis(tenths * 100L);
    }

    private static boolean isAlone(List<ScheduledFault> group) {
        return group.stream().anyMatch(scheduled -> scheduled.fault().isAlone());
    }

    private static List<FaultGroup> first(Duration length, RandomGenerator random) {
        if (length.compareTo(SHORT) >= 0) {
            return shuffled(ALL, random);
        }
        List<FaultGroup> groups = shuffled(PRIORITY, random);
        groups.addAll(shuffled(ALL.subList(PRIORITY.size(), ALL.size()), random));
        return groups;
    }

    /** All groups, the priority groups first. */
    private static List<FaultGroup> all() {
        List<FaultGroup> all = new ArrayList<>(PRIORITY);
        for (String part : EphemeralStack.PARTS) {
            if (!List.of("streams-processor", "ledger-service", "payment-api").contains(part)) {
                all.add(one(random -> new Fault.Killed(part)));
            }
        }
        for (String part : PAUSABLE) {
            all.add(one(random -> new Fault.Paused(part, pauseDuration(random))));
        }
        all.add(one(random -> new Fault.Paused(Fault.PSP, Duration.ofSeconds(8 + random.nextInt(8)))));
        all.add(one(FaultSchedule::storm));
        all.add(one(random -> new Fault.Restarted("kafka")));
        all.add(one(random -> new Fault.Restored(Duration.ofSeconds(5 + random.nextInt(16)))));
        all.add(random -> List.of(
                in(0, new Fault.Restarted("postgres")), in(random.nextInt(1_500), new Fault.Killed("ledger-service"))));
        all.add(random -> List.of(
                in(0, new Fault.Killed("streams-processor")),
                in(4_000 + random.nextInt(4_000), new Fault.Killed("streams-processor"))));
        return List.copyOf(all);
    }

    private static FaultGroup one(Function<RandomGenerator, Fault> fault) {
        return random -> List.of(in(0, fault.apply(random)));
    }

    private static ScheduledFault in(int millis, Fault fault) {
        return new ScheduledFault(Duration.ofMillis(millis), fault);
    }

    /** Longer than ten seconds, after which PostgreSQL and Kafka abort a transaction. */
    private static Duration pauseDuration(RandomGenerator random) {
        return Duration.ofSeconds(12 + random.nextInt(5));
    }

    private static Fault storm(RandomGenerator random) {
        List<String> behaviours = List.of(
                "declined",
                "slow",
                "timeout_before_charge",
                "timeout_after_charge",
                "error_after_charge",
                "reset_after_charge",
                "garbage",
                "wrong_amount");
        Map<String, Integer> perMille = new HashMap<>();
        for (int hundreds = 0; hundreds < 8; hundreds++) {
            perMille.merge(behaviours.get(random.nextInt(behaviours.size())), 100, Integer::sum);
        }
        return new Fault.PspFaultStorm(
                Duration.ofSeconds(6 + random.nextInt(7)), random.nextLong(), Map.copyOf(perMille));
    }

    private static List<FaultGroup> shuffled(List<FaultGroup> groups, RandomGenerator random) {
        List<FaultGroup> shuffled = new ArrayList<>(groups);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }
}
