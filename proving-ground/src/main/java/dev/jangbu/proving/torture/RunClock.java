package dev.jangbu.proving.torture;

import java.time.Duration;
import java.time.Instant;

/** Milliseconds since the start of the load; converts nanoseconds of this JVM and instants of this machine. */
final class RunClock {

    private final Instant begin;
    private final long beginNanos;

    /** @param begin the current time */
    RunClock(Instant begin) {
        this.begin = begin;
        this.beginNanos = System.nanoTime();
    }

    Instant begin() {
        return begin;
    }

    Instant now() {
        return begin.plusMillis(nowMs());
    }

    long nowMs() {
        return at(System.nanoTime());
    }

    /** @param nanos {@link System#nanoTime()} */
    long at(long nanos) {
        return (nanos - beginNanos) / 1_000_000;
    }

    long ofInstant(Instant at) {
        return Duration.between(begin, at).toMillis();
    }

    /** Formats milliseconds as seconds with one decimal. */
    static String seconds(long millis) {
        return "%d.%d".formatted(millis / 1_000, millis % 1_000 / 100);
    }
}
