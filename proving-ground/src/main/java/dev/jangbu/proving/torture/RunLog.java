package dev.jangbu.proving.torture;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What happens in a run, for people, with the time since the load began; in a file and, as it happens, to whoever looks on. */
final class RunLog implements AutoCloseable {

    private final Consumer<String> out;
    private final PrintWriter file;
    private final Path path;
    private volatile LongSupplier nowMs = () -> 0;

    /** @param out takes each line too */
    RunLog(Path path, Consumer<String> out) throws IOException {
        this.out = out;
        this.path = path;
        Files.createDirectories(path.toAbsolutePath().getParent());
        this.file = new PrintWriter(Files.newBufferedWriter(path, StandardCharsets.UTF_8), true);
    }

    Path file() {
        return path;
    }

    /** Lines carry this time from now on. */
    void begin(RunTime time) {
        nowMs = time::nowMs;
    }

    /** A line with its time. */
    synchronized void say(String line) {
        long now = nowMs.getAsLong();
        write("%5d.%d  %s".formatted(now / 1_000, now % 1_000 / 100, line));
    }

    /** Text as it is. */
    synchronized void write(String text) {
        file.println(text);
        out.accept(text);
    }

    @Override
    public void close() {
        file.close();
    }
}
