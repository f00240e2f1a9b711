package dev.jangbu.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads Linux's {@code /proc}, see proc(5). */
final class Proc {

    private static final Path ROOT = Path.of("/proc");

    private Proc() {}

    /** The text of a file; empty if there is none, for instance because the process ended. */
    static String text(String file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            return "";
        }
    }

    /** The value of the first line {@code name: value}; empty if there is none. */
    static String field(String file, String name) {
        return text(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("");
    }

    /** A field {@code name: … kB}; 0 if there is none. */
    static long megabytes(String file, String name) {
        return Long.parseLong("0" + field(file, name).replaceAll("[^0-9]", "")) >> 10;
    }

    /** Lets a process's peak memory begin now. Without the permission, the peak since its start is reported. */
    static void resetPeak(long pid) {
        try {
            Files.writeString(ROOT.resolve(pid + "/clear_refs"), "5");
        } catch (IOException ignored) {
            // See above.
        }
    }
}
