package dev.jangbu.proving.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What strikes when; the same for the same seed. */
record Plan(List<Strike> strikes) {

    /** Longer than the ten seconds after which a standing transaction is cut, in PostgreSQL and in Kafka. */
    private static final Duration PAUSE = Duration.ofSeconds(14);

    private static final List<String> KILLED = List.of(
            "payment-api",
            "streams-processor",
            "ledger-service",
            "connect",
            "kafka",
            "postgres",
            "registry",
            "psp-simulator");

    private static final List<String> PAUSED = List.of("payment-api", "streams-processor", "ledger-service", "connect");

    /** @param after the beginning of the load */
    record Strike(Duration after, Fault fault) {

        @Override
        public String toString() {
            return "%5d s  %s".formatted(after.toSeconds(), fault);
        }
    }

    /** Strikes eight to twenty seconds apart, each part killed once before any is killed again. */
    static Plan of(long seed, Duration length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Strike> strikes = new ArrayList<>();
        List<String> toKill = new ArrayList<>();
        Duration at = Duration.ofSeconds(5);
        while (at.compareTo(length) < 0) {
            strikes.add(new Strike(at, next(random, toKill)));
            at = at.plusSeconds(8 + random.nextInt(13));
        }
        return new Plan(List.copyOf(strikes));
    }

    private static Fault next(SplittableRandom random, List<String> toKill) {
        return switch (random.nextInt(10)) {
            case 0 -> new Fault.Paused(PAUSED.get(random.nextInt(PAUSED.size())), PAUSE);
            case 1, 2 -> new Fault.Republished(20 + random.nextInt(200), random.nextInt());
            case 3 -> new Fault.Poisoned(1 + random.nextInt(8), random.nextInt());
            default -> {
                if (toKill.isEmpty()) {
                    toKill.addAll(KILLED);
                }
                yield new Fault.Killed(toKill.remove(random.nextInt(toKill.size())));
            }
        };
    }
}
