package dev.jangbu.proving.torture;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The log of a run, with the time since the start of the load. Writes to a file and to a consumer. Thread-safe. */
final class RunLog implements AutoCloseable {

    private final Consumer<String> out;
    private final PrintWriter file;
    private final Path path;
    private volatile LongSupplier nowMs = () -> 0;

    /** @param out receives each line */
    RunLog(Path path, Consumer<String> out) throws IOException {
        this.out = out;
        this.path = path;
        Files.createDirectories(path.toAbsolutePath().getParent());
        this.file = new PrintWriter(Files.newBufferedWriter(path, StandardCharsets.UTF_8), true);
    }

    Path file() {
        return path;
    }

    /** Starts the clock of the lines. */
    void begin(RunClock time) {
        nowMs = time::nowMs;
    }

    /** Writes a line with its time. */
    synchronized void print(String line) {
        long now = nowMs.getAsLong();
        write("%5d.%d  %s".formatted(now / 1_000, now % 1_000 / 100, line));
    }

    /** Writes text without a time. */
    synchronized void write(String text) {
        file.println(text);
        out.accept(text);
    }

    @Override
    public void close() {
        file.close();
    }
}
