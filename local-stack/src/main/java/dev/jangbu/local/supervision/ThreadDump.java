package dev.jangbu.local.supervision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Thread dumps of a JVM through {@code jcmd}. They show why a part that runs and logs nothing is not ready. */
final class ThreadDump {

    private static final int TIMEOUT_SECONDS = 30;
    private static final String MAIN = "\"main\" ";

    private ThreadDump() {}

    /**
     * Appends a thread dump to a log.
     *
     * @param pid a JVM of this user; jcmd would end another program
     * @return the lines of the thread {@code main}, which starts a service; empty if it has ended or the dump failed
     */
    static List<String> appendTo(Path log, long pid) throws InterruptedException {
        try {
            Path dump = Files.createTempFile(log.toAbsolutePath().getParent(), "threads-", ".txt");
            try {
                Process jcmd = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                        .toString(),
                                Long.toString(pid),
                                "Thread.print")
                        .redirectErrorStream(true)
                        .redirectOutput(dump.toFile())
                        .start();
                if (!jcmd.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    jcmd.destroyForcibly();
                }
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
