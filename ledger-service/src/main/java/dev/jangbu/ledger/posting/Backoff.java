package dev.jangbu.ledger.posting;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** When to try again what failed: after 200 ms, and after each further failure twice as long, up to 5 s. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Clock clock;
    private Duration next = FIRST;
    private Instant notBefore = Instant.MIN;

    Backoff(Clock clock) {
        this.clock = clock;
    }

    boolean isOver() {
        return !clock.instant().isBefore(notBefore);
    }

    /** @return how long to wait */
    Duration failed() {
        Duration wait = next;
        notBefore = clock.instant().plus(wait);
        next = wait.multipliedBy(2).compareTo(LONGEST) < 0 ? wait.multipliedBy(2) : LONGEST;
        return wait;
    }

    void reset() {
        next = FIRST;
        notBefore = Instant.MIN;
    }
}
