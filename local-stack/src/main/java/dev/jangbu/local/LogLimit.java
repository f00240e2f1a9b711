package dev.jangbu.local;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps the log files small. The processes write to them directly, so that their output outlives the supervisor; a file
 * that has grown too long is copied aside and emptied under its writer, which goes on at the new end (it appends).
 */
final class LogLimit {

    private static final long MOST_BYTES = 16L << 20;
    private static final long INTERVAL_MS = 5_000;

    private LogLimit() {}

    /** Begins a new file; the one before it is kept. */
    static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > 0) {
            Files.move(log, previous(log), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.notExists(log)) {
            Files.createFile(log);
        }
    }

    /** Watches the folder for as long as this process lives. */
    static void watch(Path folder) {
        Thread.ofVirtual().name("log-limit").start(() -> {
            try {
                while (true) {
                    Thread.sleep(INTERVAL_MS);
                    cutIn(folder, MOST_BYTES);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Empties every log in the folder that is longer than that. */
    static void cutIn(Path folder, long mostBytes) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(".log")).toList();
            for (Path log : logs) {
                if (Files.size(log) > mostBytes) {
                    Files.copy(log, previous(log), StandardCopyOption.REPLACE_EXISTING);
                    new FileOutputStream(log.toFile()).close();
                }
            }
        } catch (IOException e) {
            // The next round tries again.
        }
    }

    private static Path previous(Path log) {
        return log.resolveSibling(log.getFileName() + ".1");
    }
}
