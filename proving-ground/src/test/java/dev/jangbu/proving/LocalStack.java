package dev.jangbu.proving;

import static org.awaitility.Awaitility.await;

import dev.jangbu.proving.stack.HttpApi;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole stack of its own: {@code ./jangbu up} on free ports and a temporary directory, beside whatever else runs. */
public final class LocalStack {

    static final List<String> PARTS = List.of(
            "postgres",
            "kafka",
            "registry",
            "connect",
            "psp-simulator",
            "payment-api",
            "streams-processor",
            "ledger-service");

    private static final Path HOME =
            Path.of(System.getProperty("jangbu.home", "..")).toAbsolutePath().normalize();
    private static final Duration READY_WITHIN = Duration.ofMinutes(4);
    private static final Duration STOPPED_WITHIN = Duration.ofMinutes(2);

    private static @Nullable LocalStack shared;

    private final Path directory;
    private final Map<String, String> environment = new TreeMap<>();
    private Process launcher;

    /** The one that all test classes of this JVM share; it is started for the first, and stopped with the JVM. */
    public static synchronized LocalStack shared() {
        if (shared == null) {
            try {
                shared = new LocalStack();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close, "stop the shared stack"));
        }
        return shared;
    }

    private LocalStack() throws IOException {
        directory = Files.createTempDirectory("jangbu-acceptance-");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JANGBU_STARTUP_ARCHIVES", "off");
        List<Integer> ports = freePorts(PARTS.size());
        for (int i = 0; i < PARTS.size(); i++) {
            environment.put(portVariable(PARTS.get(i)), ports.get(i).toString());
        }
        launcher = launch();
        awaitReady();
    }

    static String portVariable(String part) {
        return "JANGBU_" + part.toUpperCase(java.util.Locale.ROOT).replace('-', '_') + "_PORT";
    }

    public StackAddress address() {
        try {
            return StackAddress.read(data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public HttpApi api() {
        StackAddress address = address();
        return new HttpApi(address.api(), address.apiKey());
    }

    public Path data() {
        return directory.resolve("data");
    }

    /** Runs another of the launcher's commands to its end, with more of an environment; what it printed. */
    public Ran run(Map<String, String> more, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("jangbu").toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "command-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().putAll(more);
        Process process = builder.start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException("still running: " + command + "\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return new Ran(process.exitValue(), Files.readString(output));
    }

    /** A command that ran. */
    public record Ran(int exitCode, String output) {}

    /** The process that a part is at the moment. */
    Optional<ProcessHandle> process(String part) {
        try {
            String pid = Files.readString(data().resolve("run").resolve(part + ".pid"))
                    .strip();
            return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Kills a part with -9, and returns when it is gone. */
    void kill9(String part) {
        ProcessHandle process = process(part).orElseThrow(() -> new IllegalStateException(part + " doesn't run"));
        process.destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());
    }

    /** Returns when a part has another process than this one. */
    void awaitRestartOf(String part, ProcessHandle before) {
        await(part + " is started again").atMost(Duration.ofMinutes(1)).until(() -> process(part)
                .filter(now -> now.pid() != before.pid())
                .isPresent());
    }

    /** Kills the supervisor with -9, and returns every process that was running under it. */
    List<ProcessHandle> killSupervisor9() {
        List<ProcessHandle> running =
                PARTS.stream().map(this::process).flatMap(Optional::stream).toList();
        launcher.destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> !launcher.isAlive());
        return running;
    }

    /** SIGTERM to the launcher alone; its exit code. */
    int stop() {
        launcher.destroy();
        await("the stack stops").atMost(STOPPED_WITHIN).until(() -> !launcher.isAlive());
        return launcher.exitValue();
    }

    /** Starts it again on the same data, and returns when it is ready. */
    void startAgain() throws IOException {
        launcher = launch();
        awaitReady();
    }

    /** What the launcher printed since it was started last. */
    String printed() {
        try {
            return Files.readString(directory.resolve("up.log"));
        } catch (IOException e) {
            return "";
        }
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        HOME.resolve("jangbu").toString(), "up", "--data", data().toString())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("up.log").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void awaitReady() {
        await("the stack is ready")
                .atMost(READY_WITHIN)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    if (!launcher.isAlive()) {
                        throw new IllegalStateException(
                                "./jangbu up ended with " + launcher.exitValue() + ":\n" + printed());
                    }
                    // A killed supervisor leaves its dev.json behind; the next one removes it first.
                    return printed().contains("Ready after") && Files.exists(data().resolve("dev.json"));
                });
    }

    private void close() {
        if (launcher.isAlive()) {
            stop();
        }
        if (System.getProperty("jangbu.keep") != null) {
            System.out.println("kept: " + directory);
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
