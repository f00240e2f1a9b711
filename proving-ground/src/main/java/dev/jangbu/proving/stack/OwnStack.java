package dev.jangbu.proving.stack;

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
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A whole stack of one's own: {@code ./jangbu up} on free ports and a temporary directory, beside whatever else runs. Its
 * parts may be killed and stopped at will; closing it stops it in order and removes what it left, as does the end of this
 * process, also by SIGTERM.
 */
public final class OwnStack implements AutoCloseable {

    /** Every part of a stack. */
    public static final List<String> PARTS = List.of(
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
    private static final Duration COMMAND_WITHIN = Duration.ofMinutes(3);

    private final Path home;
    private final Path directory;
    private boolean kept;
    private final List<String> parts;
    private final Map<String, String> environment = new TreeMap<>();
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Thread onExit = new Thread(this::closeAtExit, "stop a stack");
    private Process launcher;

    /**
     * Starts one and returns when it is ready.
     *
     * @param home the repository's root, where {@code jangbu} is
     * @param kept whether its directory stays when it is closed
     * @throws IllegalStateException with what it printed, if it doesn't start
     */
    public OwnStack(Path home, boolean kept) throws IOException {
        this(home, kept, PARTS, Map.of());
    }

    /**
     * The same, of some parts.
     *
     * @param parts some of {@link #PARTS}
     * @param settings more of an environment for {@code ./jangbu}
     */
    public OwnStack(Path home, boolean kept, List<String> parts, Map<String, String> settings) throws IOException {
        this.parts = List.copyOf(parts);
        this.home = home.toAbsolutePath().normalize();
        this.kept = kept;
        this.directory = Files.createTempDirectory("jangbu-own-");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JANGBU_STARTUP_ARCHIVES", "off");
        environment.putAll(settings);
        List<Integer> free = freePorts(PARTS.size());
        for (int i = 0; i < PARTS.size(); i++) {
            ports.put(PARTS.get(i), free.get(i));
            environment.put(portVariable(PARTS.get(i)), free.get(i).toString());
        }
        this.launcher = launch();
        Runtime.getRuntime().addShutdownHook(onExit);
        awaitReady();
    }

    /** The variable that moves a part's port. */
    public static String portVariable(String part) {
        return "JANGBU_" + part.toUpperCase(Locale.ROOT).replace('-', '_') + "_PORT";
    }

    public StackAddress address() throws IOException {
        return StackAddress.read(data());
    }

    /** The data directory. */
    public Path data() {
        return directory.resolve("data");
    }

    /** The port of 127.0.0.1 that a part listens on. */
    public int port(String part) {
        return Objects.requireNonNull(ports.get(part), part);
    }

    /** Its directory stays when it is closed. */
    public void keep() {
        kept = true;
    }

    /** A command that ran. */
    public record Ran(int exitCode, String output) {}

    /** Runs another of the launcher's commands to its end, with more of an environment; what it printed. */
    public Ran run(Map<String, String> more, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("jangbu").toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "command-", ".log");
        ProcessBuilder builder = builder(command, output);
        builder.environment().putAll(more);
        Process process = builder.start();
        try {
            if (!process.waitFor(COMMAND_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("still running: " + command + "\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return new Ran(process.exitValue(), Files.readString(output));
    }

    /** The process that a part is at the moment. */
    public Optional<ProcessHandle> process(String part) {
        try {
            String pid = Files.readString(data().resolve("run").resolve(part + ".pid"))
                    .strip();
            return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Kills a part with -9, and returns when it is gone. */
    public void kill9(String part) {
        ProcessHandle process = process(part).orElseThrow(() -> new IllegalStateException(part + " doesn't run"));
        process.destroyForcibly();
        Await.until("the end of " + part, Duration.ofSeconds(30), () -> !process.isAlive());
    }

    /** Returns when a part has another process than this one. */
    public void awaitRestartOf(String part, ProcessHandle before) {
        Await.until("a restart of " + part, Duration.ofMinutes(1), () -> process(part)
                .filter(now -> now.pid() != before.pid())
                .isPresent());
    }

    /** Kills the supervisor with -9, and returns every process that was running under it. */
    public List<ProcessHandle> killSupervisor9() {
        List<ProcessHandle> running =
                PARTS.stream().map(this::process).flatMap(Optional::stream).toList();
        launcher.destroyForcibly();
        Await.until("the end of the supervisor", Duration.ofSeconds(30), () -> !launcher.isAlive());
        return running;
    }

    /** SIGTERM to the launcher alone; its exit code. */
    public int stop() {
        launcher.destroy();
        Await.until("the end of the stack", STOPPED_WITHIN, () -> !launcher.isAlive());
        return launcher.exitValue();
    }

    /** Starts it again on the same data, and returns when it is ready. */
    public void startAgain() throws IOException {
        launcher = launch();
        awaitReady();
    }

    /** What the launcher printed since it was started last. */
    public String printed() {
        try {
            return Files.readString(directory.resolve("up.log"));
        } catch (IOException e) {
            return "";
        }
    }

    private Process launch() throws IOException {
        return builder(
                        List.of(
                                home.resolve("jangbu").toString(),
                                "up",
                                "--data",
                                data().toString(),
                                "--only",
                                String.join(",", parts)),
                        directory.resolve("up.log"))
                .start();
    }

    private ProcessBuilder builder(List<String> command, Path output) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return builder;
    }

    private void awaitReady() {
        Await.until("a stack that is ready", READY_WITHIN, () -> {
            if (!launcher.isAlive()) {
                throw new IllegalStateException("./jangbu up ended with " + launcher.exitValue() + ":\n" + printed());
            }
            // A killed supervisor leaves its dev.json behind; the next one removes it first.
            return printed().contains("Ready after") && Files.exists(data().resolve("dev.json"));
        });
    }

    /** Stops it if it runs, and removes its directory unless that is to be kept. */
    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException exiting) {
            // Then the hook does what is to be done, and whoever comes second finds nothing left to do.
        }
        end();
    }

    private void closeAtExit() {
        try {
            end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void end() throws IOException {
        // Who fails because the stack is being stopped has no evidence to keep.
        boolean keep = kept;
        if (launcher.isAlive()) {
            stop();
        }
        if (keep || !Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
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
