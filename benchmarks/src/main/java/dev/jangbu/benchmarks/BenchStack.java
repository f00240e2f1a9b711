package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.EphemeralStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A temporary stack with the parts that a benchmark needs; removed afterwards, also on interruption. */
final class BenchStack implements AutoCloseable {

    /** The parts that services and peers need. */
    private static final List<String> BASE = List.of("postgres", "kafka", "registry");

    /** The parts of which a flight recording is written. */
    private static final List<String> RECORDED = List.of("streams-processor", "ledger-service", "kafka", "payment-api");

    /**
     * JIT options as in production and in the peers, not those for a quick start, unless the environment overrides
     * them.
     */
    private static final Map<String, String> PRODUCTION_COMPILER =
            Map.of("JANGBU_COMPILER", System.getenv().getOrDefault("JANGBU_COMPILER", "full"));

    private static final long MIN_FREE_BYTES = 4L << 30;

    private final BenchOptions options;
    private final ProgressReporter progress;
    private final EphemeralStack stack;
    private final Installation address;

    /**
     * Starts the parts and waits until they are ready.
     *
     * @param parts besides PostgreSQL, Kafka and the registry
     * @throws CommandException if the disk is too small
     * @throws IllegalStateException if a part does not start
     */
    BenchStack(BenchOptions options, ProgressReporter progress, String... parts) throws IOException {
        requireSpace(Path.of(System.getProperty("java.io.tmpdir")));
        List<String> all = new ArrayList<>(BASE);
        all.addAll(List.of(parts));
        progress.print("Starting a stack: " + String.join(", ", all));
        this.options = options;
        this.progress = progress;
        this.stack = new EphemeralStack(options.home(), false, all, PRODUCTION_COMPILER);
        this.address = stack.address();
    }

    BenchOptions options() {
        return options;
    }

    ProgressReporter progress() {
        return progress;
    }

    Installation address() {
        return address;
    }

    /** A directory for a peer's files. */
    Path scratch(String name) throws IOException {
        return Files.createDirectories(stack.data().resolve("bench").resolve(name));
    }

    /** The process id of a running part. */
    long pid(String part) {
        return stack.process(part)
                .orElseThrow(() -> new CommandException(part + " is not running"))
                .pid();
    }

    /** The process ids of running parts, by name. */
    Map<String, Long> pids(String... parts) {
        Map<String, Long> pids = new TreeMap<>();
        for (String part : parts) {
            pids.put(part, pid(part));
        }
        return pids;
    }

    /** Starts flight recordings {@code <bench>-<part>.jfr} of the services. They are written when the services end. */
    void record(String bench) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Report.folder(options.home()));
        for (String part : RECORDED) {
            if (stack.process(part).isPresent()) {
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                        .toString(),
                                Long.toString(pid(part)),
                                "JFR.start",
                                "settings=profile",
                                "dumponexit=true",
                                "filename=" + folder.resolve(bench + "-" + part + ".jfr"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            }
        }
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
            throw new CommandException(
                    "Only %d MiB are free on the disk of %s, the benchmarks need %d MiB. Free space or set TMPDIR."
                            .formatted(free >> 20, directory, MIN_FREE_BYTES >> 20));
        }
    }
}
