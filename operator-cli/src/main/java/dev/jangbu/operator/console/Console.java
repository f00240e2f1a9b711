package dev.jangbu.operator.console;

import java.io.PrintStream;
import java.time.Duration;

/** Prints whole lines in UTF-8, whatever the locale. Thread-safe. */
public final class Console {

    private final PrintStream out;

    Console(PrintStream out) {
        this.out = out;
    }

    /** A console on the standard output. */
    public static Console ofStdout() {
        return new Console(CommandRunner.stdout());
    }

    public synchronized void print(String line) {
        out.println(line);
        out.flush();
    }

    /** For instance <code> ✓ kafka              127.0.0.1:9092      2.1 s</code>. */
    public void printReady(String part, String address, Duration elapsed) {
        print(" ✓ %-18s %-22s %5.1f s".formatted(part, address, elapsed.toMillis() / 1000.0));
    }

    /** For instance <code> ✗ kafka              exited (exit code 1); restarting in 0.25 s</code>. */
    public void printProblem(String part, String problem) {
        print(" ✗ %-18s %s".formatted(part, problem));
    }
}
