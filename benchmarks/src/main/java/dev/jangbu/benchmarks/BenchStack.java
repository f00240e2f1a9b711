package dev.jangbu.benchmarks;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.EphemeralStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A temporary stack with the parts that a benchmark needs; removed afterwards, also on interruption. */
final class BenchStack implements AutoCloseable {

    /** The parts that services and peers need. */
    static final List<String> BASE = List.of("postgres", "kafka", "registry");

    /**
     * JIT options as in production and in the peers, not those for a quick start, unless the environment overrides
     * them.
     */
    private static final Map<String, String> PRODUCTION_COMPILER =
            Map.of("JANGBU_COMPILER", System.getenv().getOrDefault("JANGBU_COMPILER", "full"));

    private static final long MIN_FREE_BYTES = 4L << 30;

    private final Path home;
    private final EphemeralStack stack;
    private final Installation address;

    private BenchStack(Path home, EphemeralStack stack) throws IOException {
        this.home = home;
        this.stack = stack;
        this.address = stack.address();
    }

    /**
     * Starts the parts and waits until they are ready.
     *
     * @param home the root of the repository
     * @throws BenchException if the disk is too small
     * @throws IllegalStateException if a part does not start
     */
    static BenchStack start(Path home, List<String> parts, ProgressReporter progress) throws IOException {
        requireSpace(Path.of(System.getProperty("java.io.tmpdir")));
        progress.print("Starting a stack: " + String.join(", ", parts));
        return new BenchStack(home, new EphemeralStack(home, false, parts, PRODUCTION_COMPILER));
    }

    Installation address() {
        return address;
    }

    Path home() {
        return home;
    }

    /** A directory for a peer's files. */
    Path scratch(String name) throws IOException {
        return Files.createDirectories(stack.data().resolve("bench").resolve(name));
    }

    /** True if a part is running. */
    boolean runs(String part) {
        return stack.process(part).isPresent();
    }

    /** The process id of a running part. */
    long pid(String part) {
        return stack.process(part)
                .orElseThrow(() -> new BenchException(part + " is not running"))
                .pid();
    }

    @Override
    public void close() {
        try {
            stack.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireSpace(Path directory) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < MIN_FREE_BYTES) {
            throw new BenchException(
                    "Only %d MiB are free on the disk of %s, the benchmarks need %d MiB. Free space or set TMPDIR."
                            .formatted(free >> 20, directory, MIN_FREE_BYTES >> 20));
        }
    }
}
