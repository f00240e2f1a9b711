package dev.jangbu.local.supervision;

import java.time.Duration;

/** Growing pauses between restarts. */
public final class Backoff {

    private Backoff() {}

    /** Twice the pause, at most {@code max}. */
    public static Duration doubled(Duration pause, Duration max) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(max) < 0 ? doubled : max;
    }
}
