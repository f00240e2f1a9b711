package dev.jangbu.proving.stack;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A stack on free ports and a temporary directory, started by {@code ./jangbu up}. It does not disturb other stacks
 * on the machine. {@link #close} stops it in order and removes its directory; so does the end of this process, also
 * by SIGTERM.
 *
 * <p>The time limits are for failures: they only end a wait that would never end, also on a slow machine.
 */
public final class EphemeralStack implements AutoCloseable {

    /** The names of all parts. */
    public static final List<String> PARTS =
            Stream.of(PartName.values()).map(PartName::text).toList();

    private static final Duration START_LIMIT = Duration.ofMinutes(12);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(6);
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(10);
    private static final Duration RESTART_LIMIT = Duration.ofMinutes(5);

    private final Path home;
    private final Path directory;
    private boolean kept;
    private List<String> parts;
    private final Map<String, String> environment = new TreeMap<>();
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Thread onExit = new Thread(this::closeAtExit, "stop a stack");
    private Process launcher;

    /**
     * Starts a stack of all parts and returns when it is ready.
     *
     * @param home root of the repository, with the script {@code jangbu}
     * @param kept whether the directory stays when the stack is closed
     * @throws IllegalStateException with the launcher's output, if the stack does not start
     */
    public EphemeralStack(Path home, boolean kept) throws IOException {
        this(home, kept, PARTS, Map.of());
    }

    /**
     * Starts a stack of some parts and returns when it is ready.
     *
     * @param parts some of {@link #PARTS}
     * @param settings additional environment variables of {@code ./jangbu}
     */
    public EphemeralStack(Path home, boolean kept, List<String> parts, Map<String, String> settings)
            throws IOException {
        this.parts = List.copyOf(parts);
        this.home = home.toAbsolutePath().normalize();
        this.kept = kept;
        this.directory = Files.createTempDirectory("jangbu-own-");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JANGBU_STARTUP_ARCHIVES", "off");
        environment.putAll(settings);
        Iterator<Integer> free = Ports.from(Map.of()).findFree(PARTS.size()).iterator();
        for (PartName part : PartName.values()) {
            int port = free.next();
            ports.put(part.text(), port);
            environment.put(part.portVariable(), Integer.toString(port));
        }
        this.launcher = launch();
        Runtime.getRuntime().addShutdownHook(onExit);
        awaitReady();
    }

    /** The addresses and credentials of the stack as of its last start. */
    public Installation address() {
        return Installation.ofLocalStack(data());
    }

    /** The data directory. */
    public Path data() {
        return directory.resolve("data");
    }

    /** The port on 127.0.0.1 that a part listens on. */
    public int port(String part) {
        return Objects.requireNonNull(ports.get(part), part);
    }

    /** Lets the directory stay when the stack is closed. */
    public void keep() {
        kept = true;
    }

    /** The exit code and the output (standard output and error) of a command. */
    public record CommandResult(int exitCode, String output) {}

    /** Runs a command of {@code ./jangbu} to its end, with additional environment variables. */
    public CommandResult run(Map<String, String> more, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("jangbu").toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "command-", ".log");
        ProcessBuilder builder = builder(command, output);
        builder.environment().putAll(more);
        Process process = builder.start();
        try {
            if (!process.waitFor(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("Still running: " + command + "\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return new CommandResult(process.exitValue(), Files.readString(output));
    }

    /** The running process of a part. */
    public Optional<ProcessHandle> process(String part) {
        try {
            String pid = Files.readString(data().resolve("run").resolve(part + ".pid"))
                    .strip();
            return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Returns when a part runs in another process than this one. */
    public void awaitRestartOf(String part, ProcessHandle before) {
        Await.until("a restart of " + part, RESTART_LIMIT, () -> process(part)
                .filter(now -> now.pid() != before.pid())
                .isPresent());
    }

    /** Sends SIGTERM to the launcher alone and waits for its end. Returns its exit code. */
    public int stop() {
        launcher.destroy();
        Await.until("the end of the stack", STOP_LIMIT, () -> !launcher.isAlive());
        return launcher.exitValue();
    }

    /** The process that starts the parts, and starts them again when they end. */
    ProcessHandle supervisor() {
        return launcher.toHandle();
    }

    /** Whether the supervisor runs. */
    public boolean isRunning() {
        return launcher.isAlive();
    }

    /** Starts these parts on the same data and returns when they are ready. */
    public void startAgain(List<String> partsToStart) throws IOException {
        parts = List.copyOf(partsToStart);
        launcher = launch();
        awaitReady();
    }

    /** The launcher's output since its last start. */
    public String launcherOutput() {
        try {
            return Files.readString(directory.resolve("up.log"));
        } catch (IOException e) {
            return "";
        }
    }

    private Process launch() throws IOException {
        // A killed supervisor leaves it behind; here its existence means: ready.
        Files.deleteIfExists(data().resolve("dev.json"));
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
        // A command must not reach the installation that the environment names.
        builder.environment().keySet().removeIf(Installation::isVariable);
        builder.environment().putAll(environment);
        return builder;
    }

    private void awaitReady() {
        Await.until("the stack's readiness", START_LIMIT, () -> {
            if (!launcher.isAlive()) {
                throw new IllegalStateException(
                        "./jangbu up ended with " + launcher.exitValue() + ":\n" + launcherOutput());
            }
            return Files.exists(data().resolve("dev.json"));
        });
    }

    /** Stops the stack if it runs, and removes its directory unless it is to be kept. */
    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The JVM is exiting: the hook runs as well. The second of both finds nothing left to do.
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
        // Read before the stop: a run that fails because of the stop must not keep the directory.
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
}
