package dev.jangbu.benchmarks;

import java.io.PrintStream;

/** Prints progress with the seconds since the start. */
final class ProgressReporter {

    private final PrintStream out;
    private final long startedAt = System.nanoTime();

    ProgressReporter(PrintStream out) {
        this.out = out;
    }

    void print(String text) {
        out.printf("%5.0f s  %s%n", (System.nanoTime() - startedAt) / 1e9, text);
    }
}
