package dev.jangbu.ledger.posting;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Exponential back-off: 200 ms after the first failure, doubled after each further one, at most 5 s. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration MAX = Duration.ofSeconds(5);

    private final Clock clock;
    private Duration next = FIRST;
    private Instant notBefore = Instant.MIN;

    Backoff(Clock clock) {
        this.clock = clock;
    }

    boolean hasElapsed() {
        return !clock.instant().isBefore(notBefore);
    }

    /** Records a failure. Returns the delay until the next attempt. */
    Duration failed() {
        Duration wait = next;
        notBefore = clock.instant().plus(wait);
        next = wait.multipliedBy(2).compareTo(MAX) < 0 ? wait.multipliedBy(2) : MAX;
        return wait;
    }

    void reset() {
        next = FIRST;
        notBefore = Instant.MIN;
    }
}
