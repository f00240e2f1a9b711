package dev.jangbu.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the threads of a JVM are at, as its own {@code jcmd} tells it: the one way to learn why a part that lives, and says nothing,
 * doesn't work.
 */
final class ThreadDump {

    private static final int LIMIT_SECONDS = 30;
    private static final String MAIN = "\"main\" ";

    private ThreadDump() {}

    /**
     * Adds all of it to a log.
     *
     * @param pid of a JVM of this user; another program might end of being asked
     * @return the lines of the thread {@code main}, which starts a service; none if it has ended or nothing could be learned
     */
    static List<String> add(long pid, Path log) throws InterruptedException {
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
                if (!jcmd.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    jcmd.destroyForcibly();
                }
                List<String> lines = Files.readAllLines(dump);
                Files.write(log, lines, StandardOpenOption.APPEND);
                return main(lines);
            } finally {
                Files.delete(dump);
            }
        } catch (IOException e) {
            // It was to help with another trouble, of which is told anyhow.
            return List.of();
        }
    }

    private static List<String> main(List<String> lines) {
        return lines.stream()
                .dropWhile(line -> !line.startsWith(MAIN))
                .takeWhile(line -> !line.isBlank())
                .toList();
    }
}
