package dev.jangbu.local;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What the user sees: whole lines in UTF-8, whatever the locale, with or without a terminal. */
final class Console {

    private final PrintStream out;

    Console(PrintStream out) {
        this.out = out;
    }

    static Console ofStdout() {
        return new Console(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
    }

    synchronized void say(String line) {
        out.println(line);
        out.flush();
    }

    /** For instance <code> ✓ kafka              127.0.0.1:9092      2.1 s</code>. */
    void ready(String what, String where, Duration after) {
        say(" ✓ %-18s %-22s %5.1f s".formatted(what, where, after.toMillis() / 1000.0));
    }

    void trouble(String what, String happened) {
        say(" ✗ %-18s %s".formatted(what, happened));
    }
}
