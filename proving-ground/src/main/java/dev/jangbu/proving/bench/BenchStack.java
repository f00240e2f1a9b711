package dev.jangbu.proving.bench;

import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A stack of its own for a bench: {@code ./jangbu up} on free ports and in a folder that is removed after. */
final class BenchStack implements AutoCloseable {

    /** What the services and the peers alike stand on. */
    static final List<String> BASE = List.of("postgres", "kafka", "registry");

    private static final List<String> PARTS = List.of(
            "postgres",
            "kafka",
            "registry",
            "connect",
            "psp-simulator",
            "payment-api",
            "streams-processor",
            "ledger-service");
    private static final Duration READY_WITHIN = Duration.ofMinutes(4);
    private static final Duration STOPPED_WITHIN = Duration.ofMinutes(2);
    private static final long LEAST_FREE_BYTES = 4L << 30;

    private final Path home;
    private final Path directory;
    private final Process launcher;
    private final Map<String, String> ports = new TreeMap<>();
    private final Thread onExit;
    private final StackAddress address;

    private BenchStack(Path home, Path directory, List<String> parts) throws IOException, InterruptedException {
        this.home = home;
        this.directory = directory;
        List<Integer> free = freePorts(PARTS.size());
        for (int i = 0; i < PARTS.size(); i++) {
            ports.put(PARTS.get(i), free.get(i).toString());
        }
        ProcessBuilder builder = new ProcessBuilder(
                        home.resolve("jangbu").toString(),
                        "up",
                        "--data",
                        data().toString(),
                        "--only",
                        String.join(",", parts))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log().toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JANGBU_STARTUP_ARCHIVES", "off");
        ports.forEach((part, port) -> builder.environment().put(portVariable(part), port));
        this.launcher = builder.start();
        this.onExit = new Thread(this::end, "stop the stack of the bench");
        Runtime.getRuntime().addShutdownHook(onExit);
        awaitReady();
        this.address = StackAddress.read(data());
    }

    /**
     * Starts these parts, and returns when they are ready.
     *
     * @param home the root of the repository
     * @throws BenchException if the disk is short, or they don't come up
     */
    static BenchStack start(Path home, List<String> parts, Progress progress) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("jangbu-bench-");
        requireSpace(directory);
        progress.say("Starting a stack of its own: " + String.join(", ", parts));
        return new BenchStack(home, directory, parts);
    }

    StackAddress address() {
        return address;
    }

    /** For what a peer keeps on the disk. */
    Path scratch(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    Path home() {
        return home;
    }

    /** host:port of a part, whether it runs or not. */
    String addressOf(String part) {
        return "127.0.0.1:" + ports.get(part);
    }

    /** Whether it is one of the parts that were started. */
    boolean runs(String part) {
        return Files.exists(data().resolve("run").resolve(part + ".pid"));
    }

    /** The process that a part is at the moment. */
    long pid(String part) throws IOException {
        return Long.parseLong(
                Files.readString(data().resolve("run").resolve(part + ".pid")).strip());
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(onExit);
        end();
    }

    private void end() {
        launcher.destroy();
        try {
            if (!launcher.waitFor(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                launcher.destroyForcibly();
            }
            if (System.getProperty("jangbu.keep") == null) {
                delete();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path log() {
        return directory.resolve("up.log");
    }

    private void awaitReady() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!Files.readString(log()).contains("Ready after") || Files.notExists(data().resolve("dev.json"))) {
            if (!launcher.isAlive()) {
                throw new BenchException(
                        "./jangbu up ended with " + launcher.exitValue() + ":\n" + Files.readString(log()));
            }
            if (System.nanoTime() - begin > READY_WITHIN.toNanos()) {
                String said = Files.readString(log());
                close();
                throw new BenchException(
                        "The stack isn't ready after " + READY_WITHIN.toMinutes() + " minutes:\n" + said);
            }
            Thread.sleep(100);
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

    private static String portVariable(String part) {
        return "JANGBU_" + part.toUpperCase(Locale.ROOT).replace('-', '_') + "_PORT";
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
