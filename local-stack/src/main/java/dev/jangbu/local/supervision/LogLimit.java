package dev.jangbu.local.supervision;

import dev.jangbu.operator.console.InterruptibleTask;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Limits the size of log files. Processes append to them directly, so that output is kept when the supervisor dies. A
 * file over the limit is copied to {@code .log.1} and truncated.
 */
final class LogLimit {

    private static final long MAX_BYTES = 16L << 20;
    private static final long INTERVAL_MS = 5_000;

    private LogLimit() {}

    /** Starts a new file and keeps the previous one. */
    static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > 0) {
            Files.move(log, previous(log), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.notExists(log)) {
            Files.createFile(log);
        }
    }

    /** Watches a folder in the background until this process ends. */
    static void watch(Path folder) {
        Thread.ofVirtual().name("log-limit").start(InterruptibleTask.of(() -> {
            while (true) {
                Thread.sleep(INTERVAL_MS);
                truncateOversized(folder, MAX_BYTES);
            }
        }));
    }

    /** Truncates every log in the folder that is larger than the limit. */
    static void truncateOversized(Path folder, long maxBytes) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(".log")).toList();
            for (Path log : logs) {
                if (Files.size(log) > maxBytes) {
                    Files.copy(log, previous(log), StandardCopyOption.REPLACE_EXISTING);
                    new FileOutputStream(log.toFile()).close();
                }
            }
        } catch (IOException e) {
            // The next check tries again.
        }
    }

    private static Path previous(Path log) {
        return log.resolveSibling(log.getFileName() + ".1");
    }
}
