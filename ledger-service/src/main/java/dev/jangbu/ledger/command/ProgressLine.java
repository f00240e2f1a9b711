package dev.jangbu.ledger.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Consumer;

/** Prints progress messages to the error stream, at most one per second. Thread-safe. */
final class ProgressLine implements Consumer<String> {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final PrintWriter err;
    private long last = System.nanoTime();

    ProgressLine(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void accept(String text) {
        long now = System.nanoTime();
        if (now - last >= INTERVAL.toNanos()) {
            last = now;
            err.println("  … " + text);
            err.flush();
        }
    }
}
