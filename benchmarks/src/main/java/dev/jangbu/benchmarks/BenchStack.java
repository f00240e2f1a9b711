package dev.jangbu.benchmarks;

import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The stack of a bench: of the parts that it needs, and gone afterwards, also when the bench is broken off. */
final class BenchStack implements AutoCloseable {

    /** What the services and the peers alike stand on. */
    static final List<String> BASE = List.of("postgres", "kafka", "registry");

    /** JVMs that compile as the peers' do, and as the images' do, rather than for a quick start, unless the environment says otherwise. */
    private static final Map<String, String> AS_IN_PRODUCTION =
            Map.of("JANGBU_COMPILER", System.getenv().getOrDefault("JANGBU_COMPILER", "full"));

    private static final long LEAST_FREE_BYTES = 4L << 30;

    private final Path home;
    private final OwnStack stack;
    private final StackAddress address;

    private BenchStack(Path home, OwnStack stack) throws IOException {
        this.home = home;
        this.stack = stack;
        this.address = stack.address();
    }

    /**
     * Starts these parts, and returns when they are ready.
     *
     * @param home the root of the repository
     * @throws BenchException if the disk is short
     * @throws IllegalStateException if they don't come up
     */
    static BenchStack start(Path home, List<String> parts, Progress progress) throws IOException {
        requireSpace(Path.of(System.getProperty("java.io.tmpdir")));
        progress.say("Starting a stack of its own: " + String.join(", ", parts));
        return new BenchStack(home, new OwnStack(home, false, parts, AS_IN_PRODUCTION));
    }

    StackAddress address() {
        return address;
    }

    Path home() {
        return home;
    }

    /** For what a peer keeps on the disk. */
    Path scratch(String name) throws IOException {
        return Files.createDirectories(stack.data().resolve("bench").resolve(name));
    }

    /** Whether a part runs. */
    boolean runs(String part) {
        return stack.process(part).isPresent();
    }

    /** The process that a part is at the moment. */
    long pid(String part) {
        return stack.process(part)
                .orElseThrow(() -> new BenchException(part + " doesn't run any more"))
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
        if (free < LEAST_FREE_BYTES) {
            throw new BenchException(
                    "Only %d MiB are free on the disk of %s, and the benchmarks need %d MiB. Make room, or set TMPDIR."
                            .formatted(free >> 20, directory, LEAST_FREE_BYTES >> 20));
        }
    }
}
