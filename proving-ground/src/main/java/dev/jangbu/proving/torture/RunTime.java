package dev.jangbu.proving.torture;

import java.time.Duration;
import java.time.Instant;

/** The time since the load began, in milliseconds: of what happens here, and of what others have stamped on this machine. */
final class RunTime {

    private final Instant begin;
    private final long beginNanos;

    /** @param begin what time it is now */
    RunTime(Instant begin) {
        this.begin = begin;
        this.beginNanos = System.nanoTime();
    }

    Instant begin() {
        return begin;
    }

    long nowMs() {
        return at(System.nanoTime());
    }

    /** @param nanos in {@link System#nanoTime()} */
    long at(long nanos) {
        return (nanos - beginNanos) / 1_000_000;
    }

    long ofInstant(Instant at) {
        return Duration.between(begin, at).toMillis();
    }

    /** For people: seconds, and a tenth. */
    static String seconds(long millis) {
        return "%d.%d".formatted(millis / 1_000, millis % 1_000 / 100);
    }
}
