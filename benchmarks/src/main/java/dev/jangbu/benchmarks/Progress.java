package dev.jangbu.benchmarks;

import java.io.PrintStream;

/** What is said on the way, with the seconds since the beginning. */
final class Progress {

    private final PrintStream out;
    private final long began = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void say(String text) {
        out.printf("%5.0f s  %s%n", (System.nanoTime() - began) / 1e9, text);
    }
}
