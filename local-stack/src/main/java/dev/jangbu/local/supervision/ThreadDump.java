package dev.jangbu.local.supervision;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Thread dumps of a JVM through {@code jcmd}. They show why a part that runs and logs nothing is not ready. */
final class ThreadDump {

    private static final String MAIN = "\"main\" ";

    private ThreadDump() {}

    /**
     * Appends a thread dump to a log.
     *
     * @return the lines of the thread {@code main}, which starts a service; empty if it has ended or the dump failed
     */
    static List<String> appendTo(Path log, long pid) throws InterruptedException {
        try {
            Path dump = Files.createTempFile(log.toAbsolutePath().getParent(), "threads-", ".txt");
            try {
                boolean unused = JvmCommand.jcmd(pid, Redirect.to(dump.toFile()), "Thread.print");
                List<String> lines = Files.readAllLines(dump);
                Files.write(log, lines, StandardOpenOption.APPEND);
                return mainThread(lines);
            } finally {
                Files.delete(dump);
            }
        } catch (IOException e) {
            // The caller reports the problem that the dump would explain.
            return List.of();
        }
    }

    private static List<String> mainThread(List<String> lines) {
        return lines.stream()
                .dropWhile(line -> !line.startsWith(MAIN))
                .takeWhile(line -> !line.isBlank())
                .toList();
    }
}
